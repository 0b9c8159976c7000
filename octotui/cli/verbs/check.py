"""`octotui check FILE`: everything that is wrong with a model."""

from pathlib import Path

import click

from octotui.cli.model_files import check


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Check a model, a TOML file or a folder of them: exit code 0 when clean, 2 with complaints."""
    check(file)
