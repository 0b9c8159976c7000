"""Steps on targets in the tree: a row for each target, and child steps under it."""

from octotui.engine.commands import ReportHealth
from octotui.engine.state import State
from octotui.model.process import Runbook
from octotui.views.labels import ASCII
from octotui.views.tree.run_tree import as_lines, rows
from tests.world import START, World, model, on_targets, packages, rolling, script


def lines(state: State, run: str = "run-1", at: float = 0.0) -> list[str]:
    return as_lines(rows(state, run, START + at), ASCII)


def test_s6_a_row_for_each_target_and_how_many_at_a_time() -> None:
    world = World(model({"r": [on_targets("Deploy", "web", window=2)]}))
    world.start("r")
    world.run_until(3.0)
    assert lines(world.state, at=3.0) == [
        "* run-1 R  executing 3s",
        "* Deploy  started - 4 of 4 targets, 2 at a time",
        "| + Web 1  succeeded 2s",
        "| + Web 2  succeeded 2s",
        "| * Web 3  running 1s",
        "` * Web 4  running 1s",
    ]


def test_l1_who_has_the_lock_of_a_target() -> None:
    world = World(model({"r": [on_targets("Deploy", "db")]}))
    for _ in range(2):
        world.start("r", environment="production")
    told = lines(world.state, "run-2", 1.0)
    assert told[1:] == [
        "~ Deploy  waits 1s - on DB 1",
        '  waits for exclusive use of DB 1: run-1 is running "Deploy" for 1s - first in queue',
    ]


def test_p2_what_is_acquired_on_targets_names_them_and_stands_under_their_step() -> None:
    deploy = on_targets("Deploy", "web", packages=packages("tools"))
    world = World(model({"r": [script("Build"), deploy]}))
    world.start("r")
    world.run_until(2.5)
    told = lines(world.state, at=2.5)
    assert [line.partition("acquire ")[2].partition("  ")[0] for line in told if "acquire" in line] == [
        "tools 1.0.0 on Web 1",
        "tools 1.0.0 on Web 2",
        "tools 1.0.0 on Web 3",
        "tools 1.0.0 on Web 4",
    ]
    step = next(number for number, line in enumerate(told) if "Deploy" in line)
    assert [number for number, line in enumerate(told) if "acquire" in line] == [*range(step + 1, step + 5)]


def test_s6_child_steps_stand_under_their_target() -> None:
    roll = rolling("Roll", ("web",), on_targets("Stop"), on_targets("Start"), window=1)
    world = World(model({"r": [roll, script("After")]}))
    world.start("r")
    world.run_until(5.0)
    assert lines(world.state, at=5.0)[1:] == [
        "* Roll  started - 2 of 4 targets, 1 at a time",
        "| Web 1",
        "|  | + Stop  succeeded 2s",
        "|  ` + Start  succeeded 2s",
        "` Web 2",
        "   ` * Stop  running 1s",
        "worker1: first in setup",
        "` . After  pending",
    ]


def test_s6_whom_it_goes_without() -> None:
    runbook = Runbook(name="R", steps=(on_targets("Deploy", "web"),), unavailable_targets="skip")
    world = World(model({"r": runbook}))
    world.send(ReportHealth("web2", "unavailable"))
    world.start("r")
    assert any("goes without Web 2 (unavailable)" in line for line in lines(world.state))


def test_s6_on_a_worker_for_each_target() -> None:
    world = World(model({"r": [script("Tell", roles=("db",), on="worker-for-each-target")]}))
    world.start("r", environment="production")
    told = lines(world.state)
    assert "worker1: first in setup" in told
    assert any(line.endswith("- on DB 1") and "Tell  " in line for line in told)


def test_s3_targets_that_a_step_leaves_out_are_there_with_the_reason() -> None:
    only = '#{if Octopus.Machine.Name == "Web 2"}yes#{/if}'
    steps = [
        on_targets("Deploy", "web", condition=only, window=1),
        rolling("Roll", ("web",), on_targets("Stop"), condition=only),
    ]
    world = World(model({"r": steps}))
    world.start("r")
    assert lines(world.state)[1:6] == [
        "* Deploy  started - 1 of 1 targets",
        "| * Web 2  running 0s",
        *(f"| - Web {number}  skipped - its condition {only} is not met" for number in (1, 3)),
        f"` - Web 4  skipped - its condition {only} is not met",
    ]
    world.run_until(2.5)
    told = lines(world.state, at=2.5)[6:]
    starts = ("* Roll  ", "| Web 2", "|  ` * Stop  ", "| - Web 1  ", "| - Web 3  ", "` - Web 4  ")
    assert all(line.startswith(start) for line, start in zip(told, starts, strict=True))
