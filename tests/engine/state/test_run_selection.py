"""What was chosen for a run."""

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.state import RunSelection
from tests.world import World, manual, model, packages, script


def test_w7_a_run_leases_the_workers_of_its_current_selection_alone() -> None:
    world = World(model({"go": [script("A"), manual("Ask"), script("B")]}, 2))
    world.start("go")
    first = world.run("run-1").selection
    assert [pick.worker for pick in first.leases] == [pick.worker for pick in first.current] == ["worker1"]
    world.run_until(3)
    paused = world.run("run-1")
    assert paused.state == "paused"
    assert paused.selection.leases == ()
    assert paused.selection.current == first.current
    (question,) = world.state.interruptions
    world.send(commands.TakeInterruption(interruption=question, user="ann"))
    world.send(commands.AnswerInterruption(interruption=question, user="ann", answer="proceed"))
    second = world.run("run-1").selection
    assert second.picks == first.current + second.current
    assert second.leases == second.current
    assert [pick.worker for pick in second.current] == ["worker2"]


def test_p1_the_version_that_was_chosen_for_a_requirement() -> None:
    state = World(model({"go": [script("A", packages=packages("image"))]})).state
    state, _ = advance(state, commands.StartRun(process="go"), state.at)
    assert state.runs["run-1"].awaits_packages
    state, _ = advance(state, commands.ChoosePackages(run="run-1", versions={"image": "1.2.0"}), state.at)
    run = state.runs["run-1"]
    assert not run.awaits_packages
    assert run.selection.version_of("image") == "1.2.0"
    assert run.selection.version_of("tools") == ""
    assert RunSelection().version_of("image") == ""
