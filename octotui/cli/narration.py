"""What a run without a screen says: a line per change and the tree at its end, or JSON Lines."""

import sys
from typing import Any

import msgspec

from octotui.cli.models import say
from octotui.cli.summary import summary
from octotui.engine.events import AnyEvent
from octotui.engine.evolve import evolve
from octotui.engine.state import State
from octotui.views.changes import lines
from octotui.views.tree import as_lines, rows
from octotui.views.words import ASCII, UNICODE


class Narration:
    """Tells what is committed, as it is committed."""

    def __init__(self, *, as_json: bool, ascii_only: bool) -> None:
        self._as_json = as_json
        self._glyphs = ASCII if ascii_only else UNICODE

    def tell(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        """Print what events changed."""
        for event in events:
            if self._as_json:
                _write(event)
            else:
                state = evolve(before, event)
                for line in lines(event, before, state, event.at):
                    say(self._glyphs.text(line))
                before = state

    def end(self, state: State, root: str, now: float) -> None:
        """Print the allocation tree, or the Summary."""
        if self._as_json:
            _write(summary(state, root))
            return
        say("")
        for line in as_lines(rows(state, root, now), self._glyphs):
            say(line)
        run = state.runs[root]
        if run.state in ("failed", "timed-out") and run.reason:
            print(f"octotui: {root} {run.state}: {run.reason}", file=sys.stderr)


def _write(line: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
