"""`octotui init`: a commented starter file."""

from pathlib import Path

import click

from octotui.cli.terminal.output import refuse, say


@click.command("init")
@click.argument("file", type=click.Path(path_type=Path), default=Path("octotui.toml"))
def command(file: Path) -> None:
    """Write a commented starter model to FILE (octotui.toml); a file that is there stays as it is."""
    from octotui.model.toml.starter import starter

    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(starter())
    except FileExistsError:
        refuse(f"{file} is there already: name another file, or move it away")
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}", 1)
    say(f"wrote {file}; open it with: octotui {file}")
