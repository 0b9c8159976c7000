"""Complete traces of a few stories, kept as files: what is in the journal changes on purpose or not at all.

After a change that is meant, look at the difference that `python -m tests.engine.golden` makes to
`tests/engine/golden/*.jsonl`, and commit it.
"""

from collections.abc import Callable
from pathlib import Path

from octotui.engine import commands
from octotui.model.process import Simulate
from tests.engine.rules.test_worker_selection import KRAKEN
from tests.engine.walk import trace
from tests.world import World, child, engine, manual, model, packages, script

FOLDER = Path(__file__).parent / "golden"


def seed_example() -> World:
    """The seed example of semantics.md, the first time and the second."""
    world = World(model(KRAKEN))
    for _ in range(2):
        world.start("unleash")
        world.run_out()
    return world


def approval() -> World:
    """A package is acquired, another run waits there, finance approves, workers are selected again."""
    runbooks = {
        "tame": [
            script("Build the image", packages=packages("worker-image", "tools@1.2.0")),
            manual("Look at the bill", ("finance",), "Is #{Octopus.Environment.Name} worth it, #{Who}?"),
            script("Go on", packages=packages("worker-image")),
        ],
        "work": [script("Work", wait_limit=60.0)],
    }
    world = World(model(runbooks, workers=2))
    for process in ("tame", "work", "work"):
        world.start(process, environment="production")
    world.run_out()
    world.now += 100.0
    world.answer("proceed", "four is fine")
    world.run_out()
    return world


def cancelled_family() -> World:
    """A run is cancelled while a child runs, a grandchild asks, a job waits."""
    runbooks = {
        "top": [
            child("Long", "long", wait=True),
            child("Middle", "middle", wait=True, start="with-previous"),
            script("Try", start="with-previous", retries=2, simulate=Simulate(takes=1.0, result="failure")),
            script("Tidy up", condition="always"),
        ],
        "middle": [child("Ask", "ask", wait=True)],
        "ask": [manual("May it?")],
        "long": [script("Take long", time_limit=500.0, simulate=Simulate(takes=400.0))],
    }
    world = World(model(runbooks, **engine(task_cap=2, max_parallelism=2)))
    world.start("top", environment="test")
    world.start("long")
    world.run_until(3.0)
    world.send(commands.CancelRun(run="run-1", by="ann"))
    world.run_out()
    return world


STORIES: tuple[Callable[[], World], ...] = (seed_example, approval, cancelled_family)


def main() -> None:
    """Write every trace anew."""
    for story in STORIES:
        (FOLDER / f"{story.__name__}.jsonl").write_bytes(trace(story().events) + b"\n")


if __name__ == "__main__":
    main()
