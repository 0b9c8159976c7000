"""`octotui promote FILE PROJECT`: a release to where it comes next."""

from pathlib import Path
from typing import Unpack

import click
from msgspec.structs import replace

from octotui.cli.attended_run import AttendOptions, attend
from octotui.cli.model_files import load_or_exit
from octotui.cli.release_options import deployed_in, newest, next_place, state_of
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import (
    attending_options,
    environment_of,
    project_of,
    run_options,
    start_command,
    telling_options,
    tenant_of,
)


@click.command("promote")
@file_argument
@click.argument("project")
@click.option(
    "--from", "source", metavar="E", help="The environment the release is in; without it, the newest release."
)
@click.option(
    "--to", "environment", metavar="E", help="The environment the release goes to; without it, the next one."
)
@run_options
@attending_options
@telling_options
def command(file: Path, project: str, source: str | None, **options: Unpack[AttendOptions]) -> None:
    """Deploy the release of PROJECT that is in one environment to the next phase of its lifecycle.

    Questions and exit codes are those of `octotui run`.
    """
    path = model_path(file, project, options["state"])
    model = load_or_exit(path)
    slug, state = project_of(model, project), state_of(model, options["state"])
    environment, tenant = environment_of(model, source), tenant_of(model, options["tenant"])
    release = (
        deployed_in(model, state, slug, environment, tenant) if environment else newest(model, state, slug)
    )
    options["environment"] = options["environment"] or next_place(model, release, tenant)
    attend(model, path, replace(start_command(model, slug, options), release=release.version), options)
