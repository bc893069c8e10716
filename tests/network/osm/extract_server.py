"""A server of extracts as people meet them: with or without ranges, tags, checksums, and faulty."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """What the server has and does.

    Parameters
    ----------
    files : dict of str to bytes
        By path; each has its checksum beside it.
    ranges : bool
        Whether parts of files are given.
    tags : dict of str to str
        Headers that tell the version, made from the content where they hold {}.
    troubles : list of str
        One for each answer about an extract: "" or what goes wrong with it.
    md5 : str, optional
        What stands in every checksum; of the file itself if not given, "" for none.
    elsewhere : str
        Where redirects lead.
    asked : list of (str, str)
        Path and range of each answer about an extract.
    """

    files: dict[str, bytes]
    ranges: bool = True
    tags: dict[str, str] = field(default_factory=lambda: {"ETag": '"{}"'})
    troubles: list[str] = field(default_factory=list)
    md5: str | None = None
    elsewhere: str = ""
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Served

    def log_message(self, *_: object) -> None:
        """Keep silent."""

    def do_GET(self) -> None:
        served, name = self.served, self.path.removesuffix(".md5")
        self.close_connection = True
        content = served.files.get(name)
        if content is None:
            self._answer(404, b"no such file")
        elif name != self.path:
            digest = hashlib.md5(content).hexdigest()  # noqa: S324 -- what such servers publish
            text = f"{digest if served.md5 is None else served.md5}  {name[1:]}\n"
            self._answer(404 if served.md5 == "" else 200, text.encode())
        else:
            served.asked.append((name, self.headers.get("Range", "")))
            self._extract(content, served.troubles.pop(0) if served.troubles else "")

    def _extract(self, content: bytes, trouble: str) -> None:
        served = self.served
        version = hashlib.sha256(content).hexdigest()[:8]
        tags = {key: value.format(version) for key, value in served.tags.items()}
        if trouble.isdecimal():
            self._answer(int(trouble), b"", {"Location": served.elsewhere})
            return
        wanted = self.headers.get("Range")
        same = self.headers.get("If-Range") in {None, *tags.values()}
        if not (wanted and served.ranges and same):
            self._answer(200, content, tags, trouble)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if trouble == "wrong range":
            start = 0
        if start >= len(content):
            self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            return
        where = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        self._answer(206, content[start:], {**tags, **where}, trouble)

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, trouble: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if trouble != "no length":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if trouble == "slow":
            for at in range(0, len(body), 1 + len(body) // 8):
                self.wfile.write(body[at : at + 1 + len(body) // 8])
                time.sleep(0.02)
            return
        self.wfile.write(body[: len(body) // 2] if trouble in {"truncated", "stall"} else body)
        if trouble == "stall":
            self.wfile.flush()
            time.sleep(0.6)


@contextmanager
def serving(served: Served) -> Iterator[Served]:
    """Serve it on this machine until the end."""
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
