"""The wait of a run for the first check of a worker, in words (W4)."""

from octotui.engine.state import Run, State, machine_health
from octotui.views.labels import duration, listed, machine_name, ordinal


def sentence(state: State, run: Run, now: float) -> str:
    """Return what a run waits for: `waits for the first check of web1, which goes on for 3s, or web2`."""
    workers = listed((_worker(state, each, now) for each in run.selection.checks), most=4, last="or")
    return f"waits for the first check of {workers}"


def _worker(state: State, worker: str, now: float) -> str:
    """Return a worker, and how its check stands."""
    name, known = machine_name(state.model, worker), machine_health(state, worker)
    if known.checking is not None:
        return f"{name} (checked for {duration(now - known.checking)})"
    if known.ticket is not None:
        position = 1 + sum(1 for _ in state.check_queue.until((known.ticket, worker)))
        return f"{name} ({ordinal(position)} in line)"
    return name
