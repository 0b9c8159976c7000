"""The run before another one in the same place."""

from pathlib import Path

from octotui.views.comparison.previous import run_before
from tests import scenes
from tests.ui.fake import FakeSession
from tests.world import World


async def test_it_is_the_last_one_of_the_same_process_environment_and_tenant(tmp_path: Path) -> None:
    world = World(scenes.kraken())
    for where in ("test", "production", "test", None, None):
        world.start("nightly", environment=where)
        world.run_out()
    world.start("create-aws-rds", environment="test")
    world.start("nightly", environment="test", tenant="contoso")
    world.run_out()
    session = FakeSession(scenes.Scene(world.state, world.now, world), tmp_path)
    runs = world.past.runs
    before = {name: await run_before(run, session.history) for name, run in sorted(runs.items())}
    assert before == {
        "run-1": None, "run-2": None, "run-3": "run-1", "run-4": None, "run-5": "run-4", "run-6": None,
        "run-7": None,
    }  # fmt: skip
