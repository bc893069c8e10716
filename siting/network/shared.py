"""Arrays in shared memory, so that processes need no copies of a large network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Arrays = dict[str, NDArray[Any]]

_ALIGN = 64


@dataclass(frozen=True)
class Block:
    """Where arrays lie in shared memory.

    Parameters
    ----------
    name : str
        Of the memory.
    places : mapping of str to tuple
        For each array its first byte, dtype and shape.
    """

    name: str
    places: Mapping[str, tuple[int, str, tuple[int, ...]]]


@contextmanager
def share(arrays: Arrays) -> Iterator[Block]:
    """Copy arrays into shared memory, which is freed at the end whatever happens.

    Parameters
    ----------
    arrays : dict of str to ndarray
        What to share.

    Yields
    ------
    Block
        To be handed to `attach` in another process.
    """
    places, size = {}, 0
    for name, array in arrays.items():
        places[name] = (size, array.dtype.str, array.shape)
        size += -(-array.nbytes // _ALIGN) * _ALIGN
    memory = SharedMemory(create=True, size=max(size, 1))
    try:
        block = Block(memory.name, places)
        for name, view in _views(memory, block).items():
            view[...] = arrays[name]
            del view
        yield block
    finally:
        memory.close()
        memory.unlink()


def attach(block: Block) -> tuple[SharedMemory, Arrays]:
    """Read arrays that another process shares, without copying them.

    Parameters
    ----------
    block : Block
        From `share`.

    Returns
    -------
    memory : SharedMemory
        To be kept for as long as the arrays are used.
    arrays : dict of str to ndarray
        Views of the memory.
    """
    memory = SharedMemory(block.name)
    return memory, _views(memory, block)


def _views(memory: SharedMemory, block: Block) -> Arrays:
    return {
        name: np.ndarray(shape, np.dtype(dtype), memory.buf, first)
        for name, (first, dtype, shape) in block.places.items()
    }
