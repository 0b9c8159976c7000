"""The program: `octotui`, or `python -m octotui`."""

import os
import sys


def main() -> None:
    """Run the command line; a plain `check FILE`, which editors call often, does without its library."""
    os.umask(os.umask(0o077) & 0o077)  # what we make is ours to read and write, whatever others may
    match sys.argv[1:]:
        case ["check", file] if not file.startswith("-"):
            # msgspec does without it, and it is a fifth of what there is to load.
            sys.modules.setdefault("typing_extensions", None)  # type: ignore[arg-type]
            from octotui.cli.check_report import check

            check(file)
        case _:
            from octotui.cli.main import cli

            cli(prog_name="octotui")


if __name__ == "__main__":
    main()
