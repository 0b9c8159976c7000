"""Families of a list: their order, what is shown of them, and the state of the whole."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from octotui.store.journal.run_records import RunRecord
from octotui.views import runs
from octotui.views.labels import RUNS, SCHEDULED, WAITS, Mark
from octotui.views.lists.families import (
    URGENCY,
    Families,
    FamilyMember,
    families,
    members,
    most_urgent,
    outline,
    parent_of,
    timed_row,
    whole_row,
)
from tests import scenes
from tests.world import START


def record(number: int, parent: int | None = None, root: int | None = None, **more: object) -> RunRecord:
    facts = {"state": "succeeded", "queued_at": 1.0, "ended_at": 5.0, **more}
    return RunRecord(
        number=number,
        id=f"run-{number}",
        root=f"run-{root or parent or number}",
        parent=f"job-{parent}.1" if parent else None,
        process="old",
        name=f"Old {number}",
        **facts,  # type: ignore[arg-type]
    )


def of(*records: RunRecord) -> Families:
    past = {each.id: each for each in records}
    return families(scenes.idle().state, past, runs.order(scenes.idle().state, records))


OLD = of(record(1), record(2, 1), record(3, 2, root=1), record(4, 1), record(5))


def lines(found: Families, matches: Iterable[str] | None = None, **folds: bool) -> list[str]:
    by_run = {name.replace("_", "-"): unfolded for name, unfolded in folds.items()}
    listed = outline(found, None if matches is None else set(matches), by_run, lambda names: names)
    return [f"{'  ' * each.depth}{each.id}{' v' if each.unfolded else ''}" for each in listed]


def test_who_started_a_run_is_known_of_open_and_ended_ones():
    state = scenes.seed().state
    assert parent_of(state, {}, "run-3") == "run-1"
    assert parent_of(state, {}, "run-1") is None
    assert parent_of(state, {"run-70": record(70, 12)}, "run-70") == "run-12"
    assert parent_of(state, {}, "run-99") is None


def test_a_family_with_an_open_run_comes_first_though_its_parent_has_ended():
    state = scenes.seed().state
    past = {each.id: each for each in (record(8), record(9))}
    found = families(state, past, runs.order(state, tuple(past.values())))
    assert found.tops == ("run-1", "run-9", "run-8")
    assert found.children == {"run-1": ("run-2", "run-3", "run-4", "run-5")}


def test_families_that_ended_stand_where_their_first_run_does():
    assert OLD.tops == ("run-5", "run-1")
    assert [*OLD.below("run-1")] == ["run-2", "run-3", "run-4"]
    assert [*OLD.above("run-3")] == ["run-2", "run-1"]


def test_a_child_whose_parent_is_not_known_yet_stands_for_itself():
    assert of(record(7, 3), record(8)).tops == ("run-8", "run-7")


def test_families_are_folded_until_somebody_unfolds_them():
    assert lines(OLD) == ["run-5", "run-1"]
    assert lines(OLD, run_1=True) == ["run-5", "run-1 v", "  run-2", "  run-4"]
    whole = ["run-5", "run-1 v", "  run-2 v", "    run-3", "  run-4"]
    assert lines(OLD, run_1=True, run_2=True) == whole


def test_with_a_filter_a_child_that_matches_is_shown_with_its_parents():
    assert lines(OLD, ["run-3"]) == ["run-1 v", "  run-2 v", "    run-3"]
    assert lines(OLD, ["run-1"]) == ["run-1"]
    assert lines(OLD, ["run-3"], run_1=False) == ["run-1"]
    assert lines(OLD, ["run-4"], run_1=True) == ["run-1 v", "  run-2", "  run-4"]
    assert lines(OLD, []) == []


def test_siblings_are_sorted_and_families_stay_together():
    listed = outline(OLD, None, {"run-1": True}, sorted)
    assert [each.id for each in listed] == ["run-1", "run-2", "run-4", "run-5"]


def test_a_thousand_runs_that_started_one_another_are_listed():
    chain = of(*(record(number, number - 1 or None, root=1) for number in range(1, 1001)))
    assert lines(chain, ["run-1000"])[-1] == f"{'  ' * 999}run-1000"


@pytest.mark.parametrize(
    ("marks", "urgent"),
    [
        (("succeeded", "executing", "failed", "paused"), "paused"),
        (("executing", "timed-out", "queued"), "timed-out"),
        (("succeeded", "cancelled"), "cancelled"),
        (("queued", "executing", "cancelling"), "executing"),
    ],
)
def test_the_state_of_the_whole_is_that_which_needs_people_first(marks, urgent):
    family = [FamilyMember(str(at), RUNS[each], None, 0) for at, each in enumerate(marks)]
    assert most_urgent(family).mark == RUNS[urgent]


def test_every_state_of_a_run_has_its_place():
    marks: list[Mark] = [*RUNS.values(), SCHEDULED, WAITS]
    assert {each.sign for each in marks} <= {*URGENCY}
    order = [RUNS["paused"], RUNS["failed"], WAITS, RUNS["executing"]]
    assert [URGENCY.index(each.sign) for each in order] == [0, 1, 2, 3]


def test_a_folded_family_takes_as_long_as_all_of_it():
    scene = scenes.seed()
    row = runs.row(scene.state, "run-1", scene.now)
    assert row is not None
    assert (row.time, row.open) == ("0s", False)
    family = [*members(scene.state, {}, ("run-1", "run-2", "run-3"))]
    worst = runs.row(scene.state, most_urgent(family).id, scene.now)
    assert worst is not None
    whole = whole_row(timed_row(row, family, scene.now), family, worst)
    assert (whole.mark, whole.time, whole.open) == (RUNS["executing"], "12s", True)
    assert whole.ended_at is None


def test_of_an_ended_family_the_last_end_counts_and_all_warnings():
    past = {
        "run-1": record(1, started_at=2.0, ended_at=5.0, warnings=1),
        "run-2": record(2, 1, ended_at=62.0, state="failed", reason="exit code 1", warnings=2),
    }
    state = scenes.idle().state
    rows = [runs.past_row(state.model, each, START) for each in past.values()]
    family = [*members(state, past, past)]
    assert most_urgent(family).id == "run-2"
    whole = whole_row(timed_row(rows[0], family, START), family, rows[1])
    assert (whole.mark.word, whole.detail) == ("failed", "run-2 exit code 1")
    assert (whole.time, whole.warnings, whole.ended_at, whole.open) == ("1m00s", 3, 62.0, False)


@pytest.mark.parametrize(
    "parent", ["job-3.1", "job-4.1", "job-x", "job-", "job-x.1", f"job-{'9' * 5000}.1", ""]
)
def test_only_an_earlier_run_is_a_parent(parent: str) -> None:
    """R4: a damaged record may name the run itself, a later one, or nothing that is a job."""
    found = of(replace(record(3), parent=parent), record(4, 3), record(5))
    assert found.parents == {"run-4": "run-3"}
    assert list(found.above("run-4")) == ["run-3"]
    assert lines(found, ["run-4"]) == ["run-3 v", "  run-4"]
