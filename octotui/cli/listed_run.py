"""A run of a list as an object for JSON: its record, and what the columns of the list show."""

from typing import Any

import msgspec

from octotui.cli.summary.build import wait_summary
from octotui.engine.state import State
from octotui.store.journal.run_records import RunRecord, record_of_run
from octotui.views.lists.columns import CellContext
from octotui.views.runs import RunRow
from octotui.views.waits import of_run


def listed_run(state: State, row: RunRow, record: RunRecord | None, scope: CellContext) -> dict[str, Any]:
    """Return a run as an object; without a `record` it is one of the State. Times are seconds since 1970."""
    run = state.runs.get(row.id)
    known = record_of_run(state.runs[row.id]) if record is None else record
    wait = None if run is None else of_run(state, run, scope.now, scope.zone, scope.coming)
    return {
        **msgspec.to_builtins(known),
        "label": row.mark.word,
        "project": state.model.project_of(row.process),
        "release": row.release or None,
        "not_before": None if run is None else run.queueing.not_before,
        "ahead": row.ahead,
        "wait": wait_summary(wait),
        "begun_steps": row.step if row.steps else None,
        "steps": row.steps or None,
        "took": row.seconds,
        "left": None if row.ends_about is None else max(0.0, row.ends_about - scope.now),
        "ends_about": row.ends_about,
        "depth": row.depth,
        "below": row.below,
    }
