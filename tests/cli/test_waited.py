"""Who waited for which lock, and behind whom."""

from octotui.cli.waited import waited
from tests.scenes import takes
from tests.world import World, model, script


def test_only_those_who_waited_are_told_and_whom_they_waited_for() -> None:
    steps = [script("Run", simulate=takes(30))]
    world = World(model({"a": steps}, workers=1, **alone()))
    for _ in range(3):
        world.start("a")
    world.run_out()
    assert waited(world.events) == {
        "job-2.1": "waited 00:30 for worker1, behind run-1",
        "job-3.1": "waited 01:00 for worker1, behind run-1 and run-2",
    }


def alone() -> dict[str, object]:
    from octotui.model.space import Pool

    return {"pools": {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}}
