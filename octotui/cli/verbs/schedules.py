"""`octotui schedules FILE`: what the clock starts, and when next."""

import time
from pathlib import Path

import click

from octotui.cli.requests import verb_options
from octotui.cli.spaces.space_argument import model_and_space, space_argument
from octotui.cli.terminal.output import refuse, say
from octotui.cli.terminal.user_settings import shown_zone, utc_option


@click.command("schedules")
@space_argument
@utc_option
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """List each schedule of a space with its next three times; the app starts them while it is open."""
    model, named = model_and_space(space, state)
    from msgspec.structs import replace

    from octotui.cli.terminal.output import say_json
    from octotui.runtime.open_space import state_on_disk
    from octotui.store.errors import StoreError
    from octotui.store.space_folder import space_folder
    from octotui.views.schedules import schedule_lines, schedule_rows

    try:
        kept = replace(state_on_disk(space_folder(named.slug, named.state)), model=model)
    except StoreError as error:
        refuse(str(error), 1)
    if as_json:
        for row in schedule_rows(kept, time.time()):
            say_json(row)
        return
    schedules = schedule_lines(kept, time.time(), zone=shown_zone())
    for head, lines in schedules:
        say(head)
        for line in lines:
            say(f"  {line}")
    if not schedules:
        say("no schedules: add one, such as [schedules.nightly]")
