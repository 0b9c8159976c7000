"""What was written to be carried elsewhere, in one sentence each."""

from pathlib import Path

from octotui.views.words import counted, listed, size


def told(path: Path, length: int, runs: tuple[str, ...], events: int, *, whole: bool) -> str:
    """An export: `run-12.zip: run-12 and all it started, 87 events, 12 KiB`."""
    started = "all it started" if len(runs) == 1 else "all they started"
    so_far = "" if whole else ", as far as that is"
    what = f"{listed(runs, most=5)} and {started}{so_far}"
    return f"{path}: {what}, {counted(events, 'event')}, {size(length)}"


def backed_up(path: Path, length: int, space: str, seq: int, runs: int) -> str:
    """A backup: `kraken.tar.gz: Kraken up to event 1204, 12 runs, 3.4 MiB`."""
    return f"{path}: {space} up to event {seq}, {counted(runs, 'run')}, {size(length)}"
