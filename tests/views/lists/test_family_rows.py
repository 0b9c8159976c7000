"""Rows of families for lists that nobody folds by hand."""

from octotui.store.journal.run_records import RunRecord
from octotui.views import runs
from octotui.views.lists.columns import CellContext
from octotui.views.lists.families import ListedRun, families
from octotui.views.lists.family_rows import family_row, family_rows, first_families, own_row
from octotui.views.lists.run_columns import COLUMNS
from tests import scenes
from tests.views.lists.test_families import record
from tests.world import START

SCOPE = CellContext(START)
BAD = {"state": "failed", "reason": "step \u201cCopy\u201d failed"}
RECORDS = (record(1), record(2, 1), record(3, 2, root=1, **BAD), record(4, 1), record(5))
PAST: dict[str, RunRecord] = {each.id: each for each in RECORDS}
STATE = scenes.idle().state
NAMES = runs.order(STATE, RECORDS)


def listed(**more: object) -> list[str]:
    rows = family_rows(STATE, PAST, NAMES, SCOPE, **more)  # type: ignore[arg-type]
    return [
        f"{'  ' * row.depth}{row.id} {row.mark.word}{f' +{row.below}' if row.below else ''}" for row in rows
    ]


def test_a_folded_family_has_the_state_that_needs_people_first():
    assert listed() == ["run-5 succeeded", "run-1 failed +3"]


def test_unfolded_each_run_has_its_own_state():
    assert listed(unfold=True) == [
        "run-5 succeeded",
        "run-1 succeeded +3",
        "  run-2 succeeded +1",
        "    run-3 failed",
        "  run-4 succeeded",
    ]


def test_what_matches_a_filter_is_listed_below_its_parents():
    assert listed(matches={"run-3"}) == ["run-1 succeeded +3", "  run-2 succeeded +1", "    run-3 failed"]


def test_siblings_are_sorted_within_their_family():
    (number,) = (each for each in COLUMNS if each.name == "id")
    assert [each.split()[0] for each in listed(unfold=True, by=(number, True))] == [
        *("run-5", "run-1", "run-4", "run-2", "run-3"),
    ]


def test_the_limit_counts_families():
    rows = family_rows(STATE, PAST, NAMES, SCOPE, unfold=True)
    assert [row.id for row in first_families(rows, 1)] == ["run-5"]
    assert first_families(rows, 2) == first_families(rows, 9) == rows


def test_an_unknown_run_has_no_row():
    assert own_row(STATE, PAST, "run-9", SCOPE) is None
    assert family_row(STATE, PAST, families(STATE, PAST, NAMES), ListedRun("run-9"), SCOPE) is None


def test_a_family_takes_as_long_folded_as_unfolded():
    """Up to the end of its last run, which the first one does not wait for."""
    last = record(2, 1, started_at=2.0, ended_at=62.0)
    past = {"run-1": record(1, started_at=2.0, ended_at=5.0), "run-2": last}
    names = runs.order(STATE, tuple(past.values()))
    folded, unfolded = (family_rows(STATE, past, names, SCOPE, unfold=unfold)[0] for unfold in (False, True))
    assert folded.seconds == unfolded.seconds == 60.0
    assert folded.ended_at == unfolded.ended_at == 62.0
