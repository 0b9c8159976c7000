"""M5: by which policy a machine is checked."""

from msgspec.structs import replace

from octotui.model.machines.health_policy import HOURLY, ON_DEMAND, MachinePolicy
from octotui.model.space import Model, Space, Target, Worker

PLAIN = Model(space=Space("Space", "space"), workers={"worker1": Worker(name="worker1")})
LINUX, ALL = MachinePolicy(name="Linux", every=900.0), MachinePolicy(name="All")


def test_m5_a_machine_that_is_this_one_is_checked_when_somebody_asks() -> None:
    assert PLAIN.policy_of(Worker(name="worker1")) is ON_DEMAND
    assert ON_DEMAND.every is None


def test_m5_a_machine_elsewhere_is_checked_every_hour() -> None:
    there = Target(name="web1", endpoint="ssh://web1")
    assert PLAIN.policy_of(there) is HOURLY
    assert (HOURLY.check, HOURLY.every) == ("connection", 3600.0)


def test_m5_a_machine_has_the_policy_it_names_or_else_the_default_one() -> None:
    model = replace(PLAIN, machine_policies={"linux": LINUX, "default": ALL})
    assert model.policy_of(Worker(name="worker1", policy="linux")) is LINUX
    assert model.policy_of(Worker(name="worker1")) is ALL


def test_a_machine_that_is_worker_and_target_counts_once() -> None:
    worker, target = Worker(name="Worker"), Target(name="Target")
    model = replace(PLAIN, workers={"both": worker}, targets={"both": target, "web1": target})
    assert model.machines == {"both": worker, "web1": target}
    assert model.machine("both") is worker
    assert model.machine("web1") is target
    assert model.machine("none") is None
