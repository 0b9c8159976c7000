"""`octotui run FILE PROCESS`: a run to its end, without a screen."""

from pathlib import Path
from typing import Unpack

import click
from msgspec.structs import replace

from octotui.cli.attended_run import AttendOptions, attend
from octotui.cli.model_files import load_or_exit
from octotui.cli.shell_completion import processes
from octotui.cli.spaces.model_argument import file_argument, model_path
from octotui.cli.start_options import (
    attending_options,
    start_command,
    start_options,
    telling_options,
    what_to_run,
)
from octotui.cli.terminal.output import refuse


@click.command("run")
@file_argument
@click.argument("process", shell_complete=processes)
@start_options
@click.option("--draft", is_flag=True, help="Run it as it is declared, though it was published.")
@attending_options
@telling_options
def command(file: Path, process: str, draft: bool, **options: Unpack[AttendOptions]) -> None:
    """Run the runbook PROCESS (a slug or a name) of the model FILE, and all that it starts, to the end.

    A question is asked at the terminal, also what to do about a failed step in a guided run. Exit codes:
    0 succeeded, 1 failed, 2 wrong usage or model, 4 only questions are left (the run stays as it is in the
    state directory), 5 cancelled, 130 interrupted.
    """
    path = model_path(file, process, options["state"])
    model = load_or_exit(path)
    slug = what_to_run(model, process)
    if slug in model.projects:
        refuse(f"{model.projects[slug].name} is a project: octotui deploy deploys its releases")
    attend(model, path, replace(start_command(model, slug, options), draft=draft), options)
