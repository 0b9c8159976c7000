"""What a run without a screen says: a line per change and the tree at its end, or JSON Lines."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from octotui.cli.models import say
from octotui.cli.summary import summary
from octotui.engine.events import AnyEvent
from octotui.engine.evolve import evolve
from octotui.engine.state import State
from octotui.views.branches import TreeRow
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
                write(event)
            else:
                state = evolve(before, event)
                for line in lines(event, before, state, event.at):
                    say(self._glyphs.text(line))
                before = state

    def end(self, state: State, root: str, now: float, notes: Mapping[str, str] | None = None) -> None:
        """Print the allocation tree, with notes on its jobs, or the Summary."""
        if self._as_json:
            write(summary(state, root))
            return
        say("")
        tree = tuple(_with_note(row, notes or {}) for row in rows(state, root, now))
        for line in as_lines(tree, self._glyphs):
            say(line)
        run = state.runs[root]
        if run.state in ("failed", "timed-out") and run.reason:
            print(f"octotui: {root} {run.state}: {run.reason}", file=sys.stderr)


def _with_note(row: TreeRow, notes: Mapping[str, str]) -> TreeRow:
    note = notes.get(row.job or "") if row.mark is not None else None
    return replace(row, note=", ".join(filter(None, (note, row.note)))) if note else row


def write(line: Any) -> None:
    """Print a value as one line of JSON."""
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
