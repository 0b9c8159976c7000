"""Which worker, and why."""

from tests.world import World, child, model, script

KRAKEN = {
    "create-aws-rds": [script("Create the instance", simulate=None)],
    "unleash": [
        child(f"Create AWS RDS in {where.title()}", "create-aws-rds", environment=where)
        for where in ("development", "test", "staging", "production")
    ],
}


def test_the_seed_example_comes_out_as_published() -> None:
    """W5, W6: the first and the second Unleash."""
    world = World(model(KRAKEN))
    first = world.start("unleash")
    world.run_out()
    second = world.start("unleash")
    world.run_out()
    workers = world.workers()
    names = [step.name for step in KRAKEN["unleash"]]
    assert workers[first] == dict.fromkeys(names, "worker1")
    made = [workers[f"run-{number}"]["Create the instance"] for number in range(2, 6)]
    assert made == ["worker1", "worker2", "worker3", "worker1"]
    assert workers[second] == dict.fromkeys(names, "worker2")
    made = [workers[f"run-{number}"]["Create the instance"] for number in range(7, 11)]
    assert made == ["worker2", "worker3", "worker1", "worker2"]
    assert set(world.ends().values()) == {"succeeded"}
    assert not list(world.state.runs.items())
