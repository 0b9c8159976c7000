"""Functional updates of the parts of a run."""

from msgspec.structs import replace

from octotui.engine.state.state import Run


def with_queueing(run: Run, **changes: object) -> Run:
    """Replace fields of the run's queueing."""
    return replace(run, queueing=replace(run.queueing, **changes))


def with_selection(run: Run, **changes: object) -> Run:
    """Replace fields of the run's selection."""
    return replace(run, selection=replace(run.selection, **changes))


def with_progress(run: Run, **changes: object) -> Run:
    """Replace fields of the run's progress."""
    return replace(run, progress=replace(run.progress, **changes))
