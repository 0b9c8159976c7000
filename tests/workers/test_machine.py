"""Every kind of machine against the contract, and which kind serves whom."""

import asyncio

import pytest
from msgspec.structs import replace

from octotui.model.space import Model, Target, Worker
from octotui.workers.machine import FileError, Machines, check_path
from octotui.workers.simulated_machine import SimulatedMachines
from tests.workers.conformance import *  # noqa: F403
from tests.world import model


def test_m1_the_endpoint_says_which_kind_serves_a_worker_or_target(tmp_path: Path) -> None:  # noqa: F405
    kinds = {
        name: SimulatedMachines(lambda worker, name=name: tmp_path / name / worker)  # type: ignore[misc]
        for name in ("local", "far")
    }
    machines = Machines(lambda endpoint: kinds["local" if endpoint.is_local else "far"])
    declared = replace(
        model({}),
        workers={"w": Worker(name="W"), "x": Worker(name="X", endpoint="ssh://far", directory="/srv/x")},
        targets={"t": Target(name="T", endpoint="ssh://far")},
    )
    directories = [machines.of(declared, each).directory for each in ("w", "x", "t", "built-in")]
    assert directories == [
        *(str(tmp_path / "local" / "w"), "/srv/x", str(tmp_path / "far" / "t")),
        str(tmp_path / "local" / "built-in"),
    ]
    assert machines.of(declared, "w") is machines.of(declared, "w")
    assert machines.earlier(declared, "t", "/earlier").directory == "/earlier"
    assert machines.earlier(declared, "x", None).directory == str(tmp_path / "far" / "x")


async def test_m1_machines_are_closed_all_at_once(tmp_path: Path) -> None:  # noqa: F405
    """One that does not answer holds up no other."""
    together = asyncio.Barrier(2)

    class Slow(SimulatedMachines):
        async def close(self) -> None:
            await together.wait()

    kinds = {name: Slow(lambda worker: tmp_path / worker) for name in ("ssh://a", "ssh://b")}
    machines = Machines(lambda endpoint: kinds[endpoint.address])
    declared = replace(
        model({}), targets={name: Target(name=name, endpoint=f"ssh://{name}") for name in ("a", "b")}
    )
    assert machines.of(declared, "a") is not machines.of(declared, "b")
    await asyncio.wait_for(machines.close(), 5)


def test_m1_a_path_stays_below() -> None:
    check_path("a/b c/..d")
    with pytest.raises(FileError):
        check_path("a/../b")


async def test_m1_a_way_that_no_model_has_any_more_is_closed_once_nobody_holds_it(tmp_path: Path) -> None:  # noqa: F405
    closed = list[str]()

    class Kind(SimulatedMachines):
        def __init__(self, address: str) -> None:
            super().__init__(lambda worker: tmp_path / worker)
            self.address = address

        async def close(self) -> None:
            closed.append(self.address)

    kinds = dict[str, Kind]()
    machines = Machines(lambda endpoint: kinds.setdefault(endpoint.address, Kind(endpoint.address)))

    def at(**workers: str) -> Model:
        declared = {name: Worker(name=name, endpoint=address) for name, address in workers.items()}
        return replace(model({}), workers=declared)

    before = at(a="ssh://one", b="ssh://two", c="local")
    held = machines.of(before, "a")
    for name in ("b", "c"):
        machines.of(before, name)
    machines.hold("job", held)
    machines.hold("check", held)
    await machines.keep(before)
    assert closed == []
    after = at(a="ssh://three")
    await machines.keep(after)
    assert closed == ["ssh://two"]
    assert machines.of(after, "a") is not held
    await machines.release("job")
    await machines.release("nobody")
    assert closed == ["ssh://two"]
    await machines.release("check")
    assert closed == ["ssh://two", "ssh://one"]
    await machines.keep(before)
    assert machines.of(before, "a") is not held
    assert closed[2:] == ["ssh://three"]


def test_w12_machines_of_a_worker_that_is_gone_are_held_no_more(tmp_path: Path) -> None:  # noqa: F405
    kind = SimulatedMachines(lambda worker: tmp_path / worker)
    machines, declared = Machines(lambda endpoint: kind), model({}, workers=2)
    gone = machines.of(declared, "worker1")
    machines.hold("job", gone)
    machines.hold("other", machines.of(declared, "worker2"))
    assert machines.forget("worker1") == ("job",)
    assert (machines.holds("job"), machines.holds("other")) == (False, True)
    assert machines.of(declared, "worker1") is not gone
    assert machines.forget("nobody") == ()
