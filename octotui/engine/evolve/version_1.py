"""What events of version 1 leave out, by the rules that held when they were written.

Journals of that version are folded with them for ever, so never change this file: rules that change are
those of `rules`, which decide what is recorded from now on. Not frozen here is only what a tag's text is
filled in with and by: the variables of `rules`, and the template language.
"""

from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import ConcurrencyTag, ForChild, Run, State
from octotui.variables.fill import fill_in


def tag_of(state: State, run: Run) -> str | None:
    """Find the concurrency tag of a new run."""
    if run.runbook.concurrency is not None:
        return fill_in(run.runbook.concurrency, lookup(values_for(state, run))).text
    if run.release is None or run.release.channel is None:
        return None
    return "/".join((run.process, run.environment or "", *((run.tenant,) if run.tenant else ())))


def displaced_by(state: State, run: Run) -> str | None:
    """Find the holder of a run's tag that gives it back, since it has not started and comes behind it."""
    if run.not_before is not None or (run.versions is None and run.needs_packages):
        return None
    if run.tag is None or run.holds_tag or _ancestor_holds(state, run):
        return None
    name = state.tags.get(run.tag, ConcurrencyTag()).holder
    holder = None if name is None else state.runs[name]
    if holder is None or holder.state != "queued" or holder.started_at is not None:
        return None
    return None if holder.place < run.place else holder.id


def _ancestor_holds(state: State, run: Run) -> bool:
    job = state.jobs.get(run.parent) if run.parent else None
    while job is not None and isinstance(job.wait, ForChild):
        waiting = state.runs[job.run]
        if waiting.holds_tag and waiting.tag == run.tag:
            return True
        job = state.jobs.get(waiting.parent) if waiting.parent else None
    return False


def has_place(state: State, run: Run) -> bool:
    """Whether a new job has one of its run's places at once."""
    return run.placed < state.model.engine.max_parallelism
