"""The record of a run and of those that it starts."""

import pytest

from octotui.engine.evolve.evolve import evolve
from octotui.engine.plans import family_record
from octotui.engine.plans.family_record import FamilyRecord
from octotui.engine.state import State
from tests import scenes
from tests.world import World


def recorded(world: World) -> FamilyRecord:
    """The record of the first run of a world."""
    record, state = FamilyRecord(), State()
    for event in world.events:
        state = evolve(state, event)
        record.note(event, state)
    return record


def test_e6_it_knows_the_family_of_the_first_run_alone():
    world = scenes.seed().world
    world.start("tame")
    record = recorded(world)
    assert (record.root, record.open) == ("run-1", 4)
    assert record.runs == {"run-1", "run-2", "run-3", "run-4", "run-5"}
    assert {each.run for each in record.steps(world.state)} == record.runs


def test_e6_what_a_duration_is_taken_from_is_recorded_of_its_jobs_alone():
    world = scenes.seed().world
    record = recorded(world)
    record.taken_from("job-2.1", "history")
    record.taken_from("job-99.1", "history")
    assert [each.taken_from for each in record.steps(world.state)].count("history") == 1


def test_e6_further_steps_than_it_records_are_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(family_record, "MOST_STEPS", 4)
    world = scenes.seed().world
    world.run_out()
    record = recorded(world)
    assert record.cut
    assert record.open == 0
    assert len(record.steps(world.state)) <= 9
