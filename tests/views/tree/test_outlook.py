"""S3: what a tree, and what is said at length, tell of a step of which nobody can say whether it runs."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules import pending_outputs
from octotui.engine.state import Run, State
from octotui.views.labels import ASCII
from octotui.views.tree import outlook
from octotui.views.tree.run_tree import as_lines, rows
from octotui.views.why import of_run
from tests.scenes import takes
from tests.world import World, child, manual, model, on_targets, rolling, script

READY = "Octopus.Action[First].Output.Ready"
WHEN = f"#{{{READY}}}"
WHY = f"its condition depends on {READY}, not set yet"
DECIDED = '#{if Octopus.Environment.Name == "Test"}yes#{/if}'


def drawn(world: World) -> list[str]:
    return as_lines(rows(world.state, "run-1", world.now), ASCII)


def test_s3_a_pending_step_that_waits_for_an_output_may_run_until_it_is_set_or_not() -> None:
    """Beside one whose condition has its values, which is as pending as any other."""
    steps = [
        script("First", simulate=takes(5)),
        script("Then", simulate=takes(5)),
        script("Read", condition=WHEN),
        script("Decided", condition=DECIDED),
        on_targets("Each", "web", condition=f"#{{if {READY}}}{WHEN}#{{/if}}"),
    ]
    world = World(model({"a": steps}))
    world.start("a", environment="test")
    lines = drawn(world)
    assert f". Read  may run - {WHY}" in lines[-3]
    assert ". Decided  pending" in lines[-2]
    assert f". Each  may run - {WHY}" in lines[-1]
    said = dict(of_run(world.state, "run-1", world.now))
    assert said["Steps that may run"] == [f"“Read”: {WHY}", f"“Each”: {WHY}"]
    world.report("job-1.1", outputs={"Ready": "True"})
    assert ". Read  pending" in drawn(world)[-3]
    assert "Steps that may run" not in dict(of_run(world.state, "run-1", world.now))
    assert outlook.may_run(world.state, world.state.runs["run-1"], 2) == ()


def test_s3_a_run_that_is_over_or_ends_has_none() -> None:
    world = World(model({"a": [script("First", simulate=takes(5)), script("Read", condition=WHEN)]}))
    world.start("a")
    assert "may run" in drawn(world)[-1]
    world.send(commands.CancelRun(run="run-1", by="ann"))
    assert "pending" in drawn(world)[-1]
    world.run_out()
    past = world.past
    assert "may run" not in as_lines(rows(past, "run-1", world.now), ASCII)[-1]


def test_s3_a_prediction_shows_it_on_the_worker_and_the_targets_it_would_have() -> None:
    inner = script("Inner", pool=None)
    steps = [
        script("First"),
        script("Read", condition=WHEN),
        script("Fail", condition=WHEN, simulate=takes(1, "failure")),
        on_targets("Each", "web", condition=f"#{{if {READY}}}yes#{{/if}}"),
        rolling("Roll", ("web",), inner, condition="always"),
    ]
    world = World(model({"a": steps}), State(predicted=True, keep_ended=True))
    world.start("a", environment="test")
    world.run_out()
    text = "\n".join(drawn(world))
    assert f"worker1: first in setup\n|- + First  succeeded 2s\n|- . Read  may run 2s - {WHY}\n".replace(
        "|-", "|"
    ) in text.replace("|-", "|")
    assert f"x Fail  failed 1s - exit code 1 - {WHY}" in text
    assert f". Each  may run - 4 of 4 targets - {WHY}" in text
    assert f". Web 3  may run 2s - {WHY}" in text
    assert "+ Inner  succeeded" in text


def test_s3_s6_a_step_may_run_where_it_may_on_one_of_its_targets() -> None:
    own = f'#{{if Octopus.Machine.Name == "Web 3"}}{WHEN}#{{/if}}'
    world = World(model({"a": [script("First"), on_targets("Each", "web", condition=own)]}))
    world.start("a", environment="test")
    assert f". Each  may run - {WHY}" in drawn(world)[-1]
    world.report("job-1.1", outputs={"Ready": "False"})
    assert "may run" not in "".join(as_lines(rows(world.past, "run-1", world.now), ASCII))


def test_s3_several_outputs_are_named() -> None:
    assert outlook.why(()) == ""
    assert outlook.why(("A", "B", "C", "D")) == "its condition depends on A, B and 2 more, not set yet"


def test_s3_it_is_worked_out_anew_where_the_run_or_the_model_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tree is drawn many times a second; little of what was drawn is kept."""
    asked: list[int] = []

    def counted(state: State, run: Run, index: int, target: str | None) -> tuple[str, ...]:
        asked.append(index)
        return undecided(state, run, index, target)

    undecided = pending_outputs.undecided
    monkeypatch.setattr(pending_outputs, "undecided", counted)
    monkeypatch.setattr(outlook, "MOST_KNOWN", 2)
    monkeypatch.setattr(outlook, "_known", {})
    steps = [script("First"), *(script(f"Read {number}", condition=WHEN) for number in range(3))]
    world = World(model({"a": steps}))
    world.start("a")
    run = world.state.runs["run-1"]
    for _ in range(3):
        assert outlook.may_run(world.state, run, 1) == (READY,)
    assert asked == [1]
    for index in (2, 3, 1):
        outlook.may_run(world.state, run, index)
    assert asked == [1, 2, 3, 1]
    world.send(commands.LoadModel(model({"a": [script("Other")]})))
    outlook.may_run(world.state, run, 1)
    assert asked == [1, 2, 3, 1, 1]
    run = world.state.runs["run-1"]
    later = replace(world.state, at=world.state.at + 1)
    for state in (world.state, later, later, replace(later, current=later.current.insert("a/test", "1.0"))):
        outlook.may_run(state, run, 1)
    assert asked == [1, 2, 3, 1, 1, 1, 1]


@pytest.mark.parametrize("depth", [1, 2])
def test_s3_it_follows_what_a_child_run_does_though_nothing_happens_to_its_parent(depth: int) -> None:
    """The step that could have set the output is skipped, and the child run goes on."""
    output = f"Octopus.Action[Make].Output.{'Run[Make].' * (depth - 1)}Run[Set].Ready"
    world = World(
        model(
            {
                "run": [
                    child("Make", f"child{depth}", wait=True),
                    script("Read", condition=f"#{{{output}}}"),
                ],
                "child2": [child("Make", "child1", wait=True)],
                "child1": [
                    script("First", simulate=takes(0.1)),
                    script("Set", condition=DECIDED),
                    script("Last", simulate=takes(5)),
                ],
            }
        )
    )
    world.start("run", environment="staging")
    before = world.state.runs["run-1"]
    assert outlook.may_run(world.state, before, 1) == (output,)
    world.run_until(0.5)
    assert world.state.runs["run-1"] is before
    assert world.state.runs[f"run-{depth + 1}"].progress.steps[1].state == "skipped"
    assert outlook.may_run(world.state, before, 1) == ()
    assert "may run" not in "".join(drawn(world))


def test_s3_what_is_remembered_is_what_would_be_found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """After every event: with answers of people and with a child run."""
    monkeypatch.setattr(outlook, "_known", {})
    fields = "#{Octopus.Action[Ask].Output.Manual.Approved}#{Octopus.Action[Make].Output.Run[A].Ready}"
    steps = [manual("Ask"), child("Make", "b", wait=True), script("Read", condition=fields)]
    world = World(model({"a": steps, "b": [script("A"), script("B")]}))
    world.start("a")
    world.answer("proceed")
    world.run_out()
    state, found = State(), set()
    for event in world.events:
        state = evolve(state, event)
        run = state.runs.get("run-1")
        if (
            run is not None
            and not run.ended
            and not run.progress.steps[2].jobs
            and run.progress.steps[2].state == "pending"
        ):
            found.add(outlook.may_run(state, run, 2))
            assert outlook.may_run(state, run, 2) == outlook._undecided(state, run, 2), event
    assert len(found) > 1
