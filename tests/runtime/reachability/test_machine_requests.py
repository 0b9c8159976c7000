"""M1, W12: requests to machines that are away are repeated, until these answer or are gone."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from octotui.model.space import Model, Worker
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.reachability.machine_requests import MachineRequests
from octotui.workers.machine import Machines, Unreachable
from octotui.workers.simulated_machine import SimulatedMachines
from tests.world import model


class Kind(SimulatedMachines):
    """A way that tells that it was closed."""

    def __init__(self, folder: Path, address: str, closed: list[str]) -> None:
        super().__init__(lambda worker: folder / worker)
        self.address = address
        self.closed = closed

    async def close(self) -> None:
        """Tell it."""
        self.closed.append(self.address)


def at(**workers: str) -> Model:
    declared = {name: Worker(name=name, endpoint=address) for name, address in workers.items()}
    return replace(model({}), workers=declared)


def test_w12_what_is_asked_of_a_destroyed_machine_is_dropped_and_its_way_is_closed(tmp_path: Path) -> None:
    async def main(now: Clock) -> None:
        closed, failed = list[str](), list[BaseException]()
        kinds = dict[str, Kind]()
        machines = Machines(lambda way: kinds.setdefault(way.address, Kind(tmp_path, way.address, closed)))
        before, after = at(leased="ssh://one", other="ssh://two"), at(other="ssh://two")
        requests = MachineRequests(machines, failed.append)
        asked = {"one": 0, "two": 0}
        for name, worker in (("one", "leased"), ("two", "other")):
            requests.hold(name, machines.of(before, worker))

        async def away(name: str) -> None:
            asked[name] += 1
            raise Unreachable("no route")

        requests.finish("one", lambda: away("one"))
        requests.finish("two", lambda: away("two"))
        await asyncio.sleep(300)
        then = dict(asked)
        assert min(then.values()) > 3
        requests.forget("leased", after)
        requests.add("one", lambda: away("one"))  # which comes too late
        await asyncio.sleep(300)
        assert asked["one"] == then["one"]
        assert asked["two"] > then["two"]
        assert closed == ["ssh://one"]
        assert machines.holds("two")
        assert not machines.holds("one")
        await requests.close(0.0)
        assert failed == []

    in_virtual_time(main, 0.0)


def test_m1_the_way_to_a_machine_is_closed_after_its_last_request(tmp_path: Path) -> None:
    async def main(now: Clock) -> None:
        closed, failed = list[str](), list[BaseException]()
        kinds = dict[str, Kind]()
        machines = Machines(lambda way: kinds.setdefault(way.address, Kind(tmp_path, way.address, closed)))
        requests = MachineRequests(machines, failed.append)
        requests.hold("one", machines.of(at(a="ssh://one"), "a"))
        requests.keep(at())
        answers = asyncio.Event()

        async def slow() -> None:
            await answers.wait()

        requests.finish("one", slow)
        await asyncio.sleep(1)
        assert closed == []
        answers.set()
        await asyncio.sleep(1)
        assert closed == ["ssh://one"]
        await requests.close(0.0)
        assert failed == []

    in_virtual_time(main, 0.0)
