"""`octotui init`: a commented starter file."""

import os
from pathlib import Path

import click

from octotui.cli.terminal.output import refuse, say
from octotui.store.errors import written


def _unshared(path: str, flags: int) -> int:
    """Open a new file that others may read, as the umask allows, and never write."""
    return os.open(path, flags, 0o644)


@click.command("init")
@click.argument("file", type=click.Path(path_type=Path), default=Path("octotui.toml"))
def command(file: Path) -> None:
    """Write a commented starter model to FILE (octotui.toml); a file that is there stays as it is."""
    from octotui.model.toml.starter import starter

    try:
        with open(file, "x", encoding="utf-8", opener=_unshared) as out:
            out.write(starter())
    except FileExistsError:
        refuse(f"{file} is there already: name another file, or move it away")
    except OSError as error:
        refuse(f"{file} cannot be written: {written(error)}", 1)
    say(f"wrote {file}; open it with: octotui {file}")
