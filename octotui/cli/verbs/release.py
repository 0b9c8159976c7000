"""`octotui release FILE PROJECT`: a project is frozen as it is, with versions of its packages."""

from pathlib import Path
from typing import Unpack

import click

from octotui.cli.model_files import load_or_exit
from octotui.cli.release_options import ReleaseOptions, make, making_options
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import project_of


@click.command("release")
@file_argument
@click.argument("project")
@click.option("--channel", metavar="C", help="Its channel; without it, the default one.")
@making_options
def command(file: Path, project: str, channel: str | None, **options: Unpack[ReleaseOptions]) -> None:
    """Make a release of PROJECT: its process as it is declared, and the highest versions of its packages.

    Without a version it is the one after the highest there is.
    """
    path = model_path(file, project, options["state"])
    model = load_or_exit(path)
    make(model, path, project_of(model, project), channel, options)
