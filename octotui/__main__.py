"""The program: `octotui`, or `python -m octotui`."""

import atexit
import gc
import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # the current directory, before anything is loaded that a stranger may have put there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


def main() -> None:
    """Run the command line, whose output may have nowhere to go, and which may stand nowhere."""
    from octotui.cli.terminal.standard_streams import OutputLost, take_over

    gc.disable()  # nothing of what is loaded becomes garbage: see `collect_from_now`
    atexit.register(gc.freeze)  # nor is there any to look for in the end
    sys.excepthook = _report_bug
    take_over()
    os.umask(os.umask(0o077) & 0o077)  # what we make is ours to read and write, whatever others may
    try:
        _call()
    except KeyboardInterrupt:
        sys.exit(130)
    except OutputLost as lost:
        _end(str(lost) if lost.code == 1 else "", lost.code)
    except (FileNotFoundError, PermissionError):
        if _stands_somewhere():
            raise
        _end(
            "the current directory is gone or closed: go to another one, or say paths from the root",
            2,
        )


def _call() -> None:
    """Call the verb; a plain `check FILE`, which editors call often, does without click."""
    from octotui.workers.search_path import leave_current_directory

    left_out = leave_current_directory()
    match sys.argv[1:]:
        case ["check", file] if not file.startswith("-"):
            # msgspec does without it, and it is a fifth of what there is to load.
            sys.modules.setdefault("typing_extensions", None)  # type: ignore[arg-type]
            from octotui.cli.check_report import check

            check(file)
        case _:
            from octotui.cli.main import cli
            from octotui.cli.terminal.output import warn

            if left_out and "_OCTOTUI_COMPLETE" not in os.environ:
                named = ", ".join(f"“{each}”" for each in left_out)
                warn(f"PATH names {named}, where nothing is looked for: it is not absolute")
            cli(prog_name="octotui")


def _end(sentence: str, code: int) -> None:
    from octotui.cli.terminal.output import warn

    if sentence:
        warn(sentence)
    sys.exit(code)


def _stands_somewhere() -> bool:
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        return False
    return True


def _report_bug(kind: type[BaseException], bug: BaseException, trace: "TracebackType | None") -> None:
    """Print a traceback, whose sentences may quote what others wrote."""
    from octotui.cli.terminal.output import report_bug

    report_bug(kind, bug, trace)


if __name__ == "__main__":
    main()
