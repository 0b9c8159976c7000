"""`octotui plan FILE PROCESS`: what a run would lead to."""

import time
from pathlib import Path

import click

from octotui.cli.models import load_or_exit, refuse, wants_ascii
from octotui.cli.starting import process_arguments, start_command, state_option


@click.command("plan")
@process_arguments
@click.option("--json", "as_json", is_flag=True, help="Print the Summary as JSON.")
@click.option("--ascii", "plain", is_flag=True, help="Draw with ASCII characters.")
@state_option
def command(
    file: Path,
    process: str,
    environment: str | None,
    tenant: str | None,
    pairs: tuple[str, ...],
    as_json: bool,
    plain: bool,
    state: Path | None,
) -> None:
    """Predict a run of PROCESS: the tree that would come, with lock waits and times.

    Starts nothing and writes nothing; reads the space's cursors, takes every manual step as proceed, and lets
    what fails fail.
    """
    model = load_or_exit(file)
    from octotui.cli.narration import Narration
    from octotui.cli.summary import exit_code
    from octotui.cli.waited import waited
    from octotui.runtime.opening import space_folder, state_on_disk
    from octotui.runtime.prediction import predict
    from octotui.store.errors import StoreError

    start = start_command(model, process, environment, tenant, pairs)
    try:
        folder = space_folder(model.space.slug, state)
        prediction = predict(model, state_on_disk(folder), start, time.time(), folder)
    except StoreError as error:
        refuse(str(error), 1)
    narration = Narration(as_json=as_json, ascii_only=wants_ascii(plain))
    narration.end(prediction.state, prediction.root, prediction.state.at, waited(prediction.events))
    raise SystemExit(exit_code(prediction.state, prediction.root))
