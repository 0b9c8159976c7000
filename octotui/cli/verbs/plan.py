"""`octotui plan FILE PROCESS`: a predicted run."""

import time
from pathlib import Path
from typing import Unpack

import click
from msgspec.structs import replace

from octotui.cli.model_files import load_or_exit
from octotui.cli.shell_completion import processes
from octotui.cli.start_options import (
    OutputOptions,
    StartOptions,
    file_argument,
    refuse_swapped,
    start_command,
    start_options,
    telling_options,
    what_to_run,
)
from octotui.cli.terminal.output import refuse, wants_ascii, warn
from octotui.engine.commands import Refused
from octotui.model.iteration import values_seen_by
from octotui.model.space import Model


class PlanOptions(StartOptions, OutputOptions):
    """The options of a plan."""


@click.command("plan")
@file_argument
@click.argument("process", shell_complete=processes)
@click.option("--release", metavar="V", help="The release of a project; without it, the project as it is.")
@click.option("--draft", is_flag=True, help="The runbook as it is declared, though it was published.")
@start_options
@telling_options
def command(
    file: Path, process: str, release: str | None, draft: bool, **options: Unpack[PlanOptions]
) -> None:
    """Predict a run of PROCESS, a runbook or a project: the tree that would come, with lock waits and times.

    Starts nothing and writes nothing; reads the space's cursors, takes every manual step as proceed, and lets
    what fails fail.
    """
    refuse_swapped(file, process)
    model = load_or_exit(file)
    from octotui.cli.event_printer import EventPrinter
    from octotui.cli.summary import exit_code, lock_waits
    from octotui.runtime.open_space import state_on_disk
    from octotui.runtime.prediction import predict
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder

    _warn_of_secrets(model, what_to_run(model, process))
    start = replace(start_command(model, what_to_run(model, process), options), release=release, draft=draft)
    try:
        folder = space_folder(model.space.slug, options["state"])
        prediction = predict(model, state_on_disk(folder), start, time.time(), folder)
    except StoreError as error:
        refuse(str(error), 1)
    except Refused as refused:
        refuse(str(refused))
    printer = EventPrinter(as_json=options["as_json"], ascii_only=wants_ascii(options["plain"]))
    printer.end(prediction.state, prediction.root, prediction.state.at, lock_waits(prediction.events))
    raise SystemExit(exit_code(prediction.state, prediction.root))


def _warn_of_secrets(model: Model, process: str) -> None:
    """Warn of sensitive values of a process that could not be read here (V5)."""
    from octotui.runtime.jobs.secret_sources import unreadable_here

    for name, problem in unreadable_here(values_seen_by(model, process)).items():
        warn(f"the sensitive variable {name} cannot be read here: {problem}")
