"""Shared parts of verbs on an existing space: requests to its server, and error messages."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from time import time
from typing import TypeVar

import click

from octotui.cli.spaces.space_argument import SpaceName
from octotui.cli.start_options import state_option
from octotui.cli.terminal.output import USAGE, refuse, say, tell, wants_ascii, warn
from octotui.engine.commands import Refused, Request
from octotui.engine.events import AnyEvent, RunQueued
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.runtime.space_access import SpaceAccess, Undecided
from octotui.views.text.visible_text import visible

T = TypeVar("T")
Wishes = Callable[[State, str], Iterable[Request]]
"""Returns the requests to make in a State, as a user; may raise Refused."""


def verb_options(function: click.decorators.FC) -> click.decorators.FC:
    """Add the options of every verb on an existing space."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")(state_option(function))


def run_request(doing: Callable[[], Awaitable[T]]) -> T:
    """Return the result of a coroutine; exit with code 2 where it is refused, 1 where the space is unusable.

    `Undecided` is code 1, too: on 2, a script would retry with another key.
    """
    from octotui.store.errors import StoreError

    async def main() -> T:
        return await doing()

    try:
        return asyncio.run(main())
    except (StoreError, Undecided) as error:
        refuse(str(error), 1)
    except Refused as refused:
        refuse(str(refused), USAGE)


def send_requests(space: SpaceName, wishes: Wishes, *, as_json: bool, together: bool = False) -> None:
    """Send requests to a space's server, started where there is none, and print their events.

    `together`, none is sent where one would be refused: a question that cannot be answered so is not taken
    for it. Otherwise each is sent, whatever becomes of the others.
    """

    async def main() -> None:
        from octotui.cli.spaces.connection import attach

        async with attach(space.slug, space.state, file=space.file) as client:
            if client.trouble:
                warn(client.trouble)
            own_events = RequestEvents(client, as_json=as_json)
            requests = tuple(wishes(client.state, client.user))
            if together:
                _try_out(client.state, requests)
            refusals = []
            for each in requests:
                try:
                    own_events.tell(await client.send(each))
                except Refused as refused:
                    if isinstance(refused, Undecided) or together:
                        raise
                    refusals.append(str(refused))
            if refusals:
                raise Refused("; ".join(refusals))

    run_request(main)


def _try_out(state: State, requests: Sequence[Request]) -> None:
    """Raise Refused where the engine refuses one of several requests; a single one is left to the server."""
    from octotui.engine.advance import advance

    if len(requests) < 2:
        return
    for each in requests:
        state, _ = advance(state, each, max(time(), state.at))


class RequestEvents:
    """The events that a client receives, of which only those of its own requests are printed."""

    def __init__(self, client: SpaceAccess, *, as_json: bool) -> None:
        self._as_json = as_json
        self._received: dict[int, tuple[AnyEvent, State, State]] = {}
        client.listen(self._on_commit)

    def _on_commit(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        for event in events:
            state = evolve(before, event)
            self._received[event.seq] = event, before, state
            before = state

    def tell(self, events: Iterable[AnyEvent]) -> None:
        """Print events, as lines or as JSON."""
        from octotui.cli.terminal.output import say_json

        for event in events:
            if self._as_json:
                say_json(event)
            else:
                for line in self._lines(event):
                    say(line)

    def tell_started(self, events: Iterable[AnyEvent]) -> str:
        """Print just the id of a started run, or its RunQueued; return the id.

        Everything else goes to stderr, so that `ID=$(octotui run --detach …)` works.
        """
        from octotui.cli.terminal.output import say_json

        events = tuple(events)
        queued = next(event for event in events if isinstance(event, RunQueued))
        if self._as_json:
            say_json(queued)
        else:
            say(queued.run)
        self.tell_aside(events)
        return queued.run

    def tell_aside(self, events: Iterable[AnyEvent]) -> None:
        """Print events to stderr; none with JSON."""
        for event in () if self._as_json else events:
            for line in self._lines(event):
                tell(f"{visible(line)}\n")

    def _lines(self, event: AnyEvent) -> Iterator[str]:
        from octotui.cli.terminal.user_settings import shown_zone
        from octotui.views.events.event_text import lines
        from octotui.views.labels import ASCII, UNICODE

        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        told = lines(*self._received[event.seq], event.at, shown_zone())
        return (glyphs.text(line) for line in told)
