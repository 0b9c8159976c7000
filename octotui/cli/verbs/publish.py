"""`octotui publish FILE RUNBOOK`: a runbook is frozen as it is, and runs so from now on."""

from pathlib import Path
from typing import Unpack

import click

from octotui.cli.model_files import load_or_exit
from octotui.cli.release_options import ReleaseOptions, make, making_options
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import slug_of


@click.command("publish")
@file_argument
@click.argument("runbook")
@making_options
def command(file: Path, runbook: str, **options: Unpack[ReleaseOptions]) -> None:
    """Publish RUNBOOK: its runs do what is declared now, with these packages, until it is published again."""
    path = model_path(file, runbook, options["state"])
    model = load_or_exit(path)
    make(model, path, slug_of("runbook", runbook, model.runbooks), None, options)
