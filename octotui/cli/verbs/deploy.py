"""`octotui deploy FILE PROJECT`: a release to an environment."""

from pathlib import Path
from typing import Unpack

import click
from msgspec.structs import replace

from octotui.cli.attended_run import AttendOptions, attend
from octotui.cli.model_files import load_or_exit
from octotui.cli.release_options import newest, state_of
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import (
    attending_options,
    project_of,
    start_command,
    start_options,
    telling_options,
)


@click.command("deploy")
@file_argument
@click.argument("project")
@click.option("--release", metavar="V", help="Its version; without it, the newest of the default channel.")
@start_options
@attending_options
@telling_options
def command(file: Path, project: str, release: str | None, **options: Unpack[AttendOptions]) -> None:
    """Deploy a release of PROJECT (a slug or a name) to an environment, and for a tenant if one is named.

    The lifecycle of the release says where it may go. Questions and exit codes are those of `octotui run`.
    """
    path = model_path(file, project, options["state"])
    model = load_or_exit(path)
    slug = project_of(model, project)
    version = release or newest(model, state_of(model, options["state"]), slug).version
    attend(model, path, replace(start_command(model, slug, options), release=version), options)
