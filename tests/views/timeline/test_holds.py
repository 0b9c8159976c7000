"""Who used machines and slots when, also of other families, of which few events are known."""

from octotui.engine.events.uses import USES
from octotui.engine.state import State
from octotui.views.timeline import holds
from octotui.views.timeline.holds import HoldRecorder, holding
from tests import scenes
from tests.world import START, World


def recorded(world: World, *, own: bool = True) -> HoldRecorder:
    recorder = HoldRecorder()
    for event in world.events:
        if isinstance(event, USES):
            recorder.add(event, world.state, own=own)
    return recorder


def test_what_used_a_machine_in_words() -> None:
    recorder = recorded(scenes.lock_wait().world)
    [first, second, *_] = recorder.machines["worker1"]
    assert (first.run, first.does, first.start - START) == ("run-2", "ran “Create the instance”", 0.0)
    assert (second.run, second.end) == ("run-5", START + 30)
    assert recorder.machines["worker1"][-1].does == "acquired worker-image"


def test_who_held_it_at_a_time() -> None:
    held = recorded(scenes.lock_wait().world).machines["worker1"]
    assert [each.run for each in holding(held, START)] == ["run-2", "run-5"]
    assert [each.run for each in holding(held, START + 30.5)] == ["run-6"]
    assert holding(held, START - 1) == []


def test_slots_and_tags() -> None:
    recorder = recorded(scenes.queued().world)
    assert [each.run for each in holding(recorder.slots, START + 5)] == ["run-1", "run-3"]
    assert recorder.tags == {"run-1": "backup", "run-2": "backup"}


def test_only_the_last_uses_of_other_families_are_kept(monkeypatch: object) -> None:
    world = World(scenes.kraken())
    for _ in range(30):
        world.start("nightly")
        world.run_out()
    monkeypatch.setattr(holds, "MOST", 10)  # type: ignore[attr-defined]
    foreign, own = recorded(world, own=False), recorded(world)
    kept = [*foreign.slots, *(each for every in foreign.machines.values() for each in every)]
    assert len(kept) == 10
    assert {each.run for each in kept} == {f"run-{number}" for number in range(26, 31)}
    assert len(own.slots) == 30


def test_a_step_that_the_model_does_not_have_any_more_goes_by_its_number() -> None:
    recorder = HoldRecorder()
    for event in scenes.seed().world.events:
        if isinstance(event, USES):
            recorder.add(event, State(), own=True)
    assert recorder.machines["worker2"][0].does == "ran step 1"
