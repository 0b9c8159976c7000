"""`octotui check FILE`: all errors and warnings of a model."""

from pathlib import Path

import click

from octotui.cli.check_report import check
from octotui.cli.start_options import state_option


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One object: what there is, complaints, warnings.")
@click.option("--here", is_flag=True, help="Warn of sensitive values that cannot be read from here.")
@click.option("--machines", is_flag=True, help="Connect to all machines, and warn of those that are away.")
@state_option
def command(file: Path, as_json: bool, here: bool, machines: bool, state: Path | None) -> None:
    """Check a model, a TOML file or a folder of them: exit code 0 when clean, 2 with complaints.

    Warnings, on stderr, change no exit code. With --here it reads every sensitive value, also by commands.
    """
    check(file, as_json=as_json, here=here, machines=machines, state=state)
