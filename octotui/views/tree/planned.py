"""The tree of a plan: the rows of a predicted run in the conditional, and no sign of success."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from octotui.views.labels import Mark
from octotui.views.tree.rows import TreeRow

ENDS = {
    "succeeded": "would succeed",
    "succeeded with warnings": "would succeed with warnings",
    "failed": "would fail",
    "timed out": "would time out",
    "cancelled": "would be cancelled",
    "lost": "would be lost",
}
STANDS = {
    "queued": "would be queued",
    "executing": "would go on",
    "running": "would go on",
    "started": "would go on",
    "cancelling": "would be cancelled",
    "asks": "would ask",
    "waits": "would wait",
    "pending": "would not be reached",
    "not reached": "would not be reached",
    "skipped": "would be skipped",
}
CONDITIONAL: Mapping[str, str] = ENDS | STANDS
"""Every word of a state, as a plan says it."""


def planned(rows: Iterable[TreeRow], notes: Mapping[str, str]) -> Iterator[TreeRow]:
    """Yield the rows of a predicted run's tree, its own row first, with notes on jobs."""
    for number, row in enumerate(rows):
        text = row.text if number else f"would be {row.text}"
        if row.mark is None:
            yield replace(row, text=text)
            continue
        note = None if row.kind == "attempt" else notes.get(row.job or "")
        told = ", ".join(filter(None, (note, row.note)))
        yield replace(row, text=text, mark=_mark(row.mark), note=told, time=_time(row))


def _mark(mark: Mark) -> Mark:
    """Return a state in the conditional; one of success with the sign of what is to come."""
    word = CONDITIONAL.get(mark.word, mark.word)
    return Mark("pending", word, "muted") if mark.sign == "good" else replace(mark, word=word)


def _time(row: TreeRow) -> str:
    """Return how long something would take, after the word of its end."""
    return f"in {row.time}" if row.time and row.mark and row.mark.word in ENDS else row.time
