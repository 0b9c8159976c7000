"""A simulated machine has what the real one has, and does nothing; the contract is in `conformance`."""

from pathlib import Path

from octotui.store.cancellation import Cancellation
from octotui.workers.simulated_machine import ROOM, SimulatedMachines


async def test_it_tells_scripts_the_directories_of_the_real_one(tmp_path: Path) -> None:
    kind = SimulatedMachines(lambda worker: tmp_path / worker)
    assert kind.machine("worker1", None).directory == str(tmp_path / "worker1")
    assert kind.machine("worker1", "/srv/one").directory == "/srv/one"
    assert list(tmp_path.iterdir()) == []


async def test_e2_what_the_real_one_has_is_there_and_what_comes_stays(tmp_path: Path) -> None:
    there = {"worker1": {("tools", "1.0")}}
    kind = SimulatedMachines(lambda worker: tmp_path, lambda worker: there.get(worker, set()))
    one, two = (kind.machine(each, None).packages for each in ("worker1", "worker2"))
    assert await one.held() == {("tools", "1.0")}
    assert await two.held() == set()
    await two.install("tools", "2.0", two.archive("tools", "tools.2.0.zip"), Cancellation())
    assert await two.held() == {("tools", "2.0")}
    assert await two.evict(0, set) == ()


async def test_its_disk_is_in_memory(tmp_path: Path) -> None:
    machine = SimulatedMachines(lambda worker: tmp_path).machine("worker1", None)
    assert await machine.files.free() == ROOM
    assert await machine.boot() == ""
