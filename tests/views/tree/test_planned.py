"""The tree of a plan says nothing as if it had happened."""

from octotui.views.labels import JOBS, RUNS, STEPS, UNICODE
from octotui.views.tree.outlook import NOT_REACHED
from octotui.views.tree.planned import CONDITIONAL, planned
from octotui.views.tree.run_tree import as_lines, rows
from tests.world import World, model, script


def test_every_state_has_its_conditional() -> None:
    words = {mark.word for marks in (RUNS, JOBS, STEPS) for mark in marks.values()}
    words.add(NOT_REACHED.word)
    assert set(CONDITIONAL) == words
    assert all(each.startswith("would ") for each in CONDITIONAL.values())


def test_e1_a_plan_has_no_sign_of_success_and_notes_on_jobs() -> None:
    world = World(model({"a": [script("Copy"), script("Check")]}))
    world.start("a")
    world.run_until(60)
    tree = planned(rows(world.past, "run-1", world.now), {"job-1.1": "would take about 6s by the last 3"})
    told = as_lines(tuple(tree), UNICODE)
    assert told[0].startswith("· would be run-1 A  would succeed in ")
    assert told[2].startswith("├ · Copy  would succeed in 2s · would take about 6s by the last 3")
    assert "✔" not in "".join(told)
