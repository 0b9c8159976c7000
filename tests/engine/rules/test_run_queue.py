"""Slots of the cap, concurrency tags, and circles of waits."""

import pytest

from octotui.engine import commands
from octotui.engine.events import RunEnded, RunMoved, RunQueued, RunResumed, RunStarted, RunYielded
from octotui.engine.rules.run_queue import place_in_queue, tag_holder
from octotui.model.process import Runbook, Simulate, Step
from tests.world import World, child, engine, manual, model, packages, script


def started(world: World) -> list[str]:
    return [event.run for event in world.happened(RunStarted)]


def tagged(tag: str, *steps: Step) -> Runbook:
    return Runbook(name=tag.title(), concurrency=tag, steps=steps)


class TestPlaceInQueue:
    """Q1, Q5: how many go before a queued run, and it, where it waits for a slot alone."""

    def places(self, world: World) -> dict[str, int | None]:
        return {name: place_in_queue(world.state, run) for name, run in sorted(world.state.runs.items())}

    def test_it_counts_those_before_and_itself(self) -> None:
        world = World(model({"go": [script("A")]}, **engine(task_cap=1)))
        for _ in range(3):
            world.start("go")
        assert self.places(world) == {"run-1": None, "run-2": 1, "run-3": 2}
        world.send(commands.MoveToTop(run="run-3"))
        assert self.places(world) == {"run-1": None, "run-2": 2, "run-3": 1}

    def test_a_run_whose_child_ended_goes_first(self) -> None:
        """Q4: it gave its slot back, and stands ahead of all that are queued."""
        runbooks = {
            "top": [child("C", "build", wait=True), script("Then")],
            "build": [script("B", packages=packages("image"))],
            "go": [script("A")],
        }
        world = World(model(runbooks, **engine(task_cap=1)))
        world._perform = lambda event: None  # type: ignore[method-assign]
        for process in ("top", "go", "go", "go"):
            world.start(process)
        assert [self.places(world)[run] for run in ("run-3", "run-4", "run-5")] == [None, 1, 2]
        world.send(commands.CancelRun(run="run-2"))
        assert [self.places(world)[run] for run in ("run-1", "run-4", "run-5")] == [None, 2, 3]

    def test_who_waits_for_something_else_has_none(self) -> None:
        """For its time, its packages, or a tag; with the tag in hand it stands in the line."""
        runbooks = {
            "go": [script("A")],
            "build": [script("B", packages=packages("image"))],
            "one": tagged("db", script("A")),
        }
        world = World(model(runbooks, **engine(task_cap=1)))
        world._perform = lambda event: None  # type: ignore[method-assign]
        world.start("go")
        world.start("go", not_before=world.now + 100)
        world.start("build")
        world.start("one")
        world.start("one")
        world.start("go")
        assert self.places(world) == {
            "run-1": None,
            "run-2": None,
            "run-3": None,
            "run-4": 1,
            "run-5": None,
            "run-6": 2,
        }
        world.send(commands.ChoosePackages(run="run-3", versions={"image": "1.0.0"}))
        assert self.places(world)["run-3"] == 1

    def test_a_child_whose_ancestor_has_its_tag_stands_in_the_line(self) -> None:
        """L5: the tag is no obstacle to it."""
        runbooks = {
            "top": tagged("db", child("C", "below", wait=True), script("B", start="with-previous")),
            "below": tagged("db", script("A")),
        }
        world = World(model(runbooks, **engine(task_cap=1)))
        world.start("top")
        assert self.places(world) == {"run-1": None, "run-2": 1}


class TestCap:
    def test_runs_start_in_order_of_queueing_within_the_cap(self) -> None:
        """Q1: two at a time."""
        world = World(model({"go": [script("A")]}, **engine(task_cap=2)))
        for _ in range(4):
            world.start("go")
        assert started(world) == ["run-1", "run-2"]
        assert [run.state for run in map(world.run, ("run-3", "run-4"))] == ["queued", "queued"]
        world.run_out()
        assert started(world) == ["run-1", "run-2", "run-3", "run-4"]

    def test_a_run_that_may_not_start_yet_is_passed_over(self) -> None:
        """Q1, Q5: the second waits for a tag, the third starts before it."""
        runbooks = {"one": tagged("db", script("A")), "go": [script("A")]}
        world = World(model(runbooks, **engine(task_cap=2)))
        for process in ("one", "one", "go"):
            world.start(process)
        assert started(world) == ["run-1", "run-3"]
        holder = tag_holder(world.state, world.state.runs["run-2"])
        assert holder is not None
        assert holder.id == "run-1"

    def test_a_higher_cap_takes_effect_at_once(self) -> None:
        """Q1: with the model that says so."""
        runbooks = {"go": [script("A")]}
        world = World(model(runbooks, **engine(task_cap=1)))
        world.start("go")
        world.start("go")
        world.send(commands.LoadModel(model(runbooks, **engine(task_cap=2))))
        assert started(world) == ["run-1", "run-2"]

    def test_a_run_waits_for_its_packages_before_it_stands_in_line(self) -> None:
        """P1, Q1: others are not held up meanwhile."""
        world = World(model({"go": [script("A")], "build": [script("B", packages=packages("image"))]}))
        world._perform = lambda event: None  # type: ignore[method-assign]
        world.start("build")
        world.start("go")
        assert started(world) == ["run-2"]
        world.send(commands.ChoosePackages(run="run-1", versions={"image": "2.0.0"}))
        assert started(world) == ["run-2", "run-1"]


class TestTags:
    def test_runs_go_side_by_side_unless_their_runbook_says_concurrency(self) -> None:
        """Q2: the tag is filled in, so one environment does not wait for the other."""
        world = World(model({"go": tagged("db-#{Octopus.Environment.Name}", script("A"))}))
        for where in ("test", "test", "staging"):
            world.start("go", environment=where)
        assert started(world) == ["run-1", "run-3"]
        world.run_out()
        assert started(world) == ["run-1", "run-3", "run-2"]

    def test_a_paused_run_gives_its_tag_to_the_next(self) -> None:
        """Q3: and is queued anew, behind."""
        world = World(model({"go": tagged("db", manual("Ask"), script("A"))}))
        for _ in range(3):
            world.start("go")
        assert [world.run(f"run-{each}").state for each in (1, 2, 3)] == ["paused", "paused", "paused"]
        world.answer()
        world.answer()
        assert [world.run(f"run-{each}").queueing.holds_tag for each in (1, 2, 3)] == [True, False, False]
        world.run_out()
        assert started(world)[3:] == ["run-1", "run-2"]

    def test_block_concurrent_keeps_the_tag_until_the_run_ends(self) -> None:
        """Q3: others wait while people think."""
        world = World(model({"go": tagged("db", manual("Ask", block_concurrent=True), script("A"))}))
        world.start("go")
        world.start("go")
        assert [world.run(f"run-{each}").state for each in (1, 2)] == ["paused", "queued"]
        world.answer()
        world.run_out()
        assert [world.run(f"run-{each}").state for each in (1, 2)] == ["succeeded", "paused"]

    def test_a_child_that_is_waited_for_ignores_its_ancestors_tags(self) -> None:
        """L5: also a grandchild; one that nobody waits for stands in line."""
        runbooks = {
            "top": tagged("db", child("Middle", "middle", wait=True)),
            "middle": [child("Bottom", "bottom", wait=True), child("Loose", "bottom")],
            "bottom": tagged("db", script("A")),
        }
        world = World(model(runbooks, **engine(task_cap=1)))
        world.start("top")
        world.run_out()
        assert set(world.ends().values()) == {"succeeded"}
        ended = [event.run for event in world.happened(RunEnded)]
        assert ended == ["run-3", "run-2", "run-1", "run-4"]

    def test_a_cancelled_run_leaves_the_line_of_its_tag(self) -> None:
        """Q6: the third comes next."""
        world = World(model({"go": tagged("db", script("A"))}))
        for _ in range(3):
            world.start("go")
        world.send(commands.CancelRun(run="run-2"))
        world.run_out()
        assert started(world) == ["run-1", "run-3"]


def urgent(*steps: Step, **more: object) -> Runbook:
    return Runbook(name="Urgent", priority=True, steps=steps, **more)  # type: ignore[arg-type]


class TestOrder:
    def test_priority_goes_before_the_rest_and_what_was_moved_before_both(self) -> None:
        """Q1: in each, in the order of queueing."""
        world = World(model({"go": [script("A")], "now": urgent(script("A"))}, **engine(task_cap=1)))
        for process in ("go", "go", "go", "now", "go", "now"):
            world.start(process)
        for run in ("run-5", "run-3"):
            world.send(commands.MoveToTop(run=run, by="ann"))
        world.run_out()
        assert started(world) == ["run-1", "run-3", "run-5", "run-4", "run-6", "run-2"]
        assert [(event.run, event.by) for event in world.happened(RunMoved)] == [
            ("run-5", "ann"),
            ("run-3", "ann"),
        ]

    def test_a_resumed_parent_goes_before_all_of_them(self) -> None:
        """Q4: its child ended, and run-3 was moved to the top."""
        runbooks = {"top": [child("Go", "go", wait=True), script("B")], "go": [script("A")]}
        world = World(model(runbooks, **engine(task_cap=1)))
        world.start("top")
        world.start("go")
        world.send(commands.MoveToTop(run="run-3"))
        world.run_out()
        order = [event.run for event in world.events if isinstance(event, RunStarted | RunResumed)]
        assert order == ["run-1", "run-2", "run-1", "run-3"]

    def test_the_line_of_a_tag_has_the_same_order(self) -> None:
        """Q1, Q2: moved, priority, the rest."""
        runbooks = {"go": tagged("db", script("A")), "now": urgent(script("A"), concurrency="db")}
        world = World(model(runbooks))
        for process in ("go", "go", "now", "go"):
            world.start(process)
        world.send(commands.MoveToTop(run="run-4"))
        world.run_out()
        assert started(world) == ["run-1", "run-4", "run-3", "run-2"]

    def test_a_tag_is_given_up_by_who_has_not_started(self) -> None:
        """Q1, Q2: what comes first in the queue does not wait for one behind it."""
        runbooks = {"busy": [script("A")], "go": tagged("db", script("A"))}
        world = World(model(runbooks, **engine(task_cap=1)))
        for process in ("busy", "go", "go", "busy"):
            world.start(process)
        assert world.run("run-2").queueing.holds_tag
        world.send(commands.MoveToTop(run="run-3"))
        assert [world.run(name).queueing.holds_tag for name in ("run-2", "run-3")] == [False, True]
        world.run_out()
        assert started(world) == ["run-1", "run-3", "run-2", "run-4"]

    def test_who_keeps_a_tag_while_people_think_does_not_give_it_up(self) -> None:
        """Q3: though it is queued again, and run-3 was moved to the top."""
        steps = (manual("Ask", block_concurrent=True), script("B"))
        runbooks = {"ask": tagged("db", *steps), "busy": [script("A")], "go": tagged("db", script("A"))}
        world = World(model(runbooks, **engine(task_cap=1)))
        for process in ("ask", "busy", "go"):
            world.start(process)
        world.answer()
        world.send(commands.MoveToTop(run="run-3"))
        assert [world.run(name).queueing.holds_tag for name in ("run-1", "run-3")] == [True, False]
        world.run_out()
        assert started(world) == ["run-1", "run-2", "run-1", "run-3"]

    def test_what_a_run_with_priority_starts_has_priority(self) -> None:
        """Q1: or it would wait behind the rest after all."""
        runbooks = {"now": urgent(child("Go", "go")), "go": [script("A")], "busy": [script("A")]}
        world = World(model(runbooks, **engine(task_cap=1)))
        for process in ("busy", "busy", "now"):
            world.start(process)
        world.run_out()
        assert started(world) == ["run-1", "run-3", "run-4", "run-2"]

    def test_only_what_is_queued_is_moved_and_once(self) -> None:
        """Q1: otherwise it is refused; an answered run is queued anew, at the end of its kind."""
        world = World(model({"go": [manual("Ask"), script("A")]}, **engine(task_cap=1)))
        world.start("go")
        with pytest.raises(commands.Refused, match="run-1 is not queued, so that it cannot be moved"):
            world.send(commands.MoveToTop(run="run-1"))
        with pytest.raises(commands.Refused, match="run-9 is not queued"):
            world.send(commands.MoveToTop(run="run-9"))
        world = World(model({"go": [script("A"), manual("Ask"), script("B")]}, **engine(task_cap=1)))
        world.start("go")
        world.start("go")
        world.send(commands.MoveToTop(run="run-2"))
        with pytest.raises(commands.Refused, match="run-2 was moved to the top already"):
            world.send(commands.MoveToTop(run="run-2"))
        world.run_out()
        world.answer()
        world.answer()
        assert not world.run("run-2").queueing.moved


class TestYield:
    def test_a_parent_gives_its_slot_back_while_it_only_waits_for_a_child(self) -> None:
        """Q4, L5: parent and child on one worker, with one slot."""
        world = World(
            model(
                {"top": [child("Go", "go", wait=True), script("B")], "go": [script("A")]},
                1,
                **engine(task_cap=1),
            )
        )
        world.start("top")
        assert world.state.runs["run-1"].yielded
        assert world.state.runs["run-1"].selection.leases, "its leases stay"
        assert len(world.state.slots) == 1
        world.run_out()
        assert set(world.ends().values()) == {"succeeded"}

    def test_it_goes_on_ahead_of_queued_runs(self) -> None:
        """Q4: run-3 has waited longer."""
        runbooks = {"top": [child("Go", "go", wait=True), script("B")], "go": [script("A")]}
        world = World(model(runbooks, **engine(task_cap=1)))
        world.start("top")
        world.start("go")
        world.run_out()
        order = [event.run for event in world.events if isinstance(event, RunStarted | RunResumed)]
        assert order == ["run-1", "run-2", "run-1", "run-3"]

    def test_it_keeps_the_slot_while_it_does_anything_else(self) -> None:
        """Q4: a script beside the child."""
        steps = [
            child("Go", "go", wait=True),
            script("B", start="with-previous", simulate=Simulate(takes=5.0)),
        ]
        world = World(model({"top": steps, "go": [script("A")]}, **engine(task_cap=2)))
        world.start("top")
        world.run_out()
        assert not world.happened(RunYielded)

    def test_a_job_without_a_place_brings_the_slot_back(self) -> None:
        """Q4, L5: with one place, the second child waits for the first."""
        steps = [child("One", "go", wait=True), child("Two", "go", wait=True, start="with-previous")]
        world = World(model({"top": steps, "go": [script("A")]}, **engine(task_cap=1, max_parallelism=1)))
        world.start("top")
        world.start("go")
        world.run_out()
        queued = [event.run for event in world.happened(RunQueued)]
        assert queued == ["run-1", "run-2", "run-3", "run-4"]
        assert set(world.ends().values()) == {"succeeded"}


class TestCircle:
    def test_a_circle_over_two_tags_fails_the_run_that_closes_it(self) -> None:
        """L5: each holds what the other's child needs; the circle is named."""
        runbooks = {
            "a": tagged("red", script("A"), child("Blue", "blue", wait=True)),
            "b": tagged("blue", script("A"), child("Red", "red", wait=True)),
            "red": tagged("red", script("R")),
            "blue": tagged("blue", script("B")),
        }
        world = World(model(runbooks))
        world.start("a")
        world.start("b")
        world.run_out()
        assert world.run("run-4").reason == (
            "deadlock: it would wait for itself (run-4 → run-1 → run-3 → run-2 → run-4)"
        )
        assert world.run("run-2").reason.startswith(
            "step “Red” failed: run-4 failed: deadlock: it would wait for itself"
        )
        assert world.ends() == {
            "run-1": "succeeded",
            "run-2": "failed",
            "run-3": "succeeded",
            "run-4": "failed",
        }

    def test_waiting_for_a_tag_in_a_line_is_no_circle(self) -> None:
        """L5: a child that waits for a stranger's tag."""
        runbooks = {
            "top": [child("Go", "go", wait=True), child("Go too", "go", wait=True, start="with-previous")],
            "go": tagged("db", script("A")),
        }
        world = World(model(runbooks))
        world.start("go")
        world.start("top")
        world.run_out()
        assert set(world.ends().values()) == {"succeeded"}
