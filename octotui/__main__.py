"""The program: `octotui`, or `python -m octotui`."""

import sys
from types import TracebackType


def main() -> None:
    """Run the command line; a plain `check FILE`, which editors call often, does without its library."""
    sys.excepthook = _report_bug
    match sys.argv[1:]:
        case ["check", file] if not file.startswith("-"):
            # msgspec does without it, and it is a fifth of what there is to load.
            sys.modules.setdefault("typing_extensions", None)  # type: ignore[arg-type]
            from octotui.cli.check_report import check

            check(file)
        case _:
            from octotui.cli.main import cli

            cli(prog_name="octotui")


def _report_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback, whose sentences may quote what others wrote."""
    from octotui.cli.terminal.output import report_bug

    report_bug(kind, bug, trace)


if __name__ == "__main__":
    main()
