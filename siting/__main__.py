"""Run the command line: ``python -m siting``, and the command ``siting``."""

from siting.common import signals


def main() -> None:
    """Call a command; listen to signals before anything is loaded that takes time."""
    with signals.listening():
        from siting.cli.app import main as command  # noqa: PLC0415 - it takes time

        command()


if __name__ == "__main__":
    main()
