"""The exit code of several runs, and what waited for locks."""

import pytest
from msgspec.structs import replace

from octotui.cli.summary.outcome import exit_code, how_to_answer, lock_waits
from octotui.model.space import Pool
from tests import scenes
from tests.scenes import takes
from tests.world import World, child, model, replay, script


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ("succeeded succeeded", 0),
        ("succeeded failed", 1),
        ("timed-out paused", 1),
        ("cancelled failed", 1),
        ("cancelled paused", 5),
        ("paused succeeded", 4),
        ("queued succeeded", 4),
    ],
)
def test_of_several_runs_the_worst_decides(ends: str, code: int) -> None:
    world = World(model({"a": [child("Start", "b")], "b": [script("Run")]}))
    root = world.start("a")
    world.run_out()
    state = replay(world.events)
    runs = state.runs
    for name, end in zip(("run-1", "run-2"), ends.split(), strict=True):
        runs = runs.insert(name, replace(runs[name], state=end))  # type: ignore[arg-type]
    assert exit_code(replace(state, runs=runs), root) == code


def test_only_those_who_waited_are_told_and_whom_they_waited_for() -> None:
    steps = [script("Run", simulate=takes(30))]
    world = World(model({"a": steps}, workers=1, **alone()))
    for _ in range(3):
        world.start("a")
    world.run_out()
    assert lock_waits(world.events) == {
        "job-2.1": "would wait 30s for worker1, behind run-1",
        "job-3.1": "would wait 1m00s for worker1, behind run-1 and run-2",
    }


def alone() -> dict[str, object]:
    return {"pools": {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}}


def test_the_answers_to_a_failed_step_are_those_that_it_has() -> None:
    state = scenes.guided().state
    (hint,) = how_to_answer(state, "run-1", "ann", "my space", None)
    assert hint.startswith("run-1 asks “")
    assert hint.endswith("octotui retry 'my space' run-1; or ignore or fail instead of retry")
    assert [*how_to_answer(state, "run-9", "ann", "my space", None)] == []
