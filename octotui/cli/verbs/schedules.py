"""`octotui schedules FILE`: what the clock starts, and when next."""

import time
from pathlib import Path

import click

from octotui.cli.model_files import load_or_exit
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import refuse, say
from octotui.cli.terminal.user_settings import shown_zone, utc_option


@click.command("schedules")
@click.argument("file", type=click.Path(path_type=Path))
@utc_option
@state_option
def command(file: Path, state: Path | None) -> None:
    """List each schedule of a model with its next three times, here; the app starts them while it is open."""
    model = load_or_exit(file)
    from msgspec.structs import replace

    from octotui.runtime.open_space import space_folder, state_on_disk
    from octotui.store.errors import StoreError
    from octotui.views.schedules import schedule_lines

    try:
        kept = state_on_disk(space_folder(model.space.slug, state))
    except StoreError as error:
        refuse(str(error), 1)
    schedules = schedule_lines(replace(kept, model=model), time.time(), zone=shown_zone())
    for head, lines in schedules:
        say(head)
        for line in lines:
            say(f"  {line}")
    if not schedules:
        say("no schedules: add one, such as [schedules.nightly]")
