"""Change a part of a run: the run with other values for these fields of that part."""

from msgspec.structs import replace

from octotui.engine.state.state import Run


def with_queueing(run: Run, **changes: object) -> Run:
    """Replace fields of its queueing."""
    return replace(run, queueing=replace(run.queueing, **changes))


def with_selection(run: Run, **changes: object) -> Run:
    """Replace fields of its selection."""
    return replace(run, selection=replace(run.selection, **changes))


def with_progress(run: Run, **changes: object) -> Run:
    """Replace fields of its progress."""
    return replace(run, progress=replace(run.progress, **changes))
