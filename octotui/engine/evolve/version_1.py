"""What events of version 1 leave out, by the rules that held when they were written.

Journals of that version are folded with them for ever, so never change this file: rules that change are
those of `rules`, which decide what is recorded from now on. Not frozen here is only what a tag's text is
filled in with and by: the variables of `rules`, and the template language.
"""

from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.state import Run, State
from octotui.variables.fill import fill_in


def tag_of(state: State, run: Run) -> str | None:
    """Find the concurrency tag of a new run."""
    if run.runbook.concurrency is not None:
        return fill_in(run.runbook.concurrency, lookup(values_for(state, run))).text
    asked = run.request
    if asked.release is None or asked.release.channel is None:
        return None
    return "/".join((asked.process, asked.environment or "", *((asked.tenant,) if asked.tenant else ())))


def has_place(state: State, run: Run) -> bool:
    """Whether a new job has one of its run's places at once."""
    return run.progress.placed < state.model.engine.max_parallelism
