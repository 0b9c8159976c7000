"""Facts that events of version 1 lack, by the rules of that version.

Journals of that version are folded by these for ever, so never change this file: changed rules go to
`rules`, which decide what is recorded from now on. Not frozen are only the variables of `rules` and the
template language, by which a tag is expanded.
"""

from octotui.engine.state import Run, State


def tag_of(state: State, run: Run) -> str | None:
    """Return the concurrency tag of a new run, or None."""
    if run.runbook.concurrency is not None:
        from octotui.engine.rules.variable_context import (  # noqa: PLC0415 - only such journals need it
            lookup,
            values_for,
        )
        from octotui.variables.fill import fill_in  # noqa: PLC0415

        return fill_in(run.runbook.concurrency, lookup(values_for(state, run))).text
    asked = run.request
    if asked.release is None or asked.release.channel is None:
        return None
    return "/".join((asked.process, asked.environment or "", *((asked.tenant,) if asked.tenant else ())))


def has_place(state: State, run: Run) -> bool:
    """Return whether a new job has one of its run's places at once."""
    return run.progress.placed < state.model.engine.max_parallelism
