"""`octotui events FILE`, and the app in words: past and new events, line by line."""

import time
from pathlib import Path

import click

from octotui.cli.event_printer import EventPrinter
from octotui.cli.requests import run_request, verb_options
from octotui.cli.since_option import EVERYTHING, Since, since_option
from octotui.cli.spaces.space_argument import SpaceName, space_argument, space_of
from octotui.cli.terminal.output import say, wants_ascii
from octotui.cli.terminal.user_settings import shown_zone, utc_option
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.runtime.space_access import SpaceAccess


@click.command("events")
@space_argument
@click.option("-f", "--follow", is_flag=True, help="Print new events as they happen, until ^C.")
@since_option
@utc_option
@verb_options
def command(space: str, follow: bool, since: Since, as_json: bool, state: Path | None) -> None:
    """Print what has happened in a space, each line with its time, or every event as it is journaled."""
    named = space_of(space, state)
    narration = EventPrinter(as_json=as_json, ascii_only=wants_ascii(asked=False), timed=True)

    async def main() -> None:
        if not follow:
            _tell_past(named, narration, since, None)
            return
        from octotui.cli.spaces.connection import attach

        async with attach(named.slug, named.state, file=named.file) as client:
            if since is not EVERYTHING:  # `--since 0` asks for all that happened before, too
                _tell_past(named, narration, since, client.state.seq)
            client.listen(narration.tell)
            async for _ in client.states():
                pass  # the narration is a listener

    run_request(main)


def _tell_past(named: SpaceName, narration: EventPrinter, since: Since, last: int | None) -> None:
    """Print events from the journal on disk, from a time or an event to another one or the end."""
    from octotui.store.journal.journal import JournalReader
    from octotui.store.space_folder import space_folder

    before = State()
    for event in JournalReader(space_folder(named.slug, named.state).journal).read():
        if last is not None and event.seq > last:
            break
        after = evolve(before, event)
        if since.admits(event.seq, event.at):
            narration.tell((event,), before, after)
        before = after


async def follow(named: SpaceName, *, start: bool) -> int:
    """Print the present state, and then events until ^C: the app in words."""
    from octotui.cli.spaces.connection import attach

    async with attach(named.slug, named.state, file=named.file, start=start, lasting=True) as client:
        narration = EventPrinter(as_json=False, ascii_only=wants_ascii(asked=False))
        for line in standing(client):
            say(line)
        client.listen(narration.tell)
        was_well = True
        async for trouble in client.troubles():  # the narration prints events
            if trouble or not was_well:
                say(trouble or "the trouble with the model's file or the server is over")
            was_well = not trouble
    return 0


def standing(client: SpaceAccess) -> list[str]:
    """Return a space's state in lines: its runs, its questions, and how to answer."""
    from octotui.views import questions, runs, summary

    state, now = client.state, time.time()
    lines = [f"{state.model.space.name}: {', '.join(each.text for each in summary.of(state))}"]
    for name in runs.order(state):
        row = runs.row(state, name, now, shown_zone())
        if row is not None:
            details = (row.id, row.name, row.where, row.mark.word, row.time, row.detail)
            lines.append(", ".join(filter(None, details)))
    lines += [
        f"{asked.id} of {asked.run} asks {asked.asks}: {asked.title}; {questions.standing(asked)}"
        for asked in questions.rows(state, client.user, now)
    ]
    return [
        *lines,
        "octotui --help lists the verbs that start, answer and cancel; ^C leaves, and runs continue",
    ]
