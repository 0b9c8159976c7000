"""M1: a space is opened without a word from machines that are away."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.model.space import Model, Worker
from octotui.workers.machine import Machine, Machines, Unreachable
from octotui.workers.orphan_removals import OrphanRemovals
from octotui.workers.simulated_machine import SimulatedMachines
from tests.world import model


def declared() -> Model:
    return replace(
        model({}),
        workers={
            "here": Worker(name="here"),
            "mute": Worker(name="mute", endpoint="ssh://mute"),
            "far": Worker(name="far", endpoint="ssh://far", directory="/srv/far"),
            "twin": Worker(name="twin", endpoint="ssh://ann@far", directory="/srv/far"),
        },
    )


PLACES = [("mute", None), ("far", "/srv/far"), ("here", None), ("", "/before")]


def removals(tmp_path: Path, failed: list[BaseException]) -> OrphanRemovals:
    kind = SimulatedMachines(lambda worker: tmp_path / worker)
    return OrphanRemovals(Machines(lambda endpoint: kind), failed.append)


async def test_m1_other_machines_are_not_waited_for_nor_for_each_other(tmp_path: Path) -> None:
    told, silence, failed = list[str](), asyncio.Event(), list[BaseException]()

    async def remove(worker: str, machine: Machine) -> None:
        if worker == "mute":
            await silence.wait()
            raise Unreachable("no route")
        told.append(machine.directory)

    made = removals(tmp_path, failed)
    await asyncio.wait_for(made.begin(declared(), PLACES, remove), 5)
    assert told[:2] == [str(tmp_path / "here"), "/before"]
    for each in ("here", "far"):
        await asyncio.wait_for(made.done(declared(), each), 5)
    assert told[2:] == ["/srv/far"]
    waiting = asyncio.create_task(made.done(declared(), "mute"))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    silence.set()
    with pytest.raises(Unreachable):
        await asyncio.wait_for(waiting, 5)
    await made.close()
    assert failed == []


async def test_m6_a_machine_that_was_away_is_tried_again_before_anything_begins(tmp_path: Path) -> None:
    """M6: what was given up there is stopped once it is reached, unless another way has its directory."""
    tried, there, failed = list[str](), set[str](), list[BaseException]()

    async def remove(worker: str, machine: Machine) -> None:
        tried.append(worker)
        if worker not in there:
            raise Unreachable("no route")

    made = removals(tmp_path, failed)
    await made.begin(declared(), PLACES[:2], remove)
    with pytest.raises(Unreachable, match="still to be removed"):
        await made.done(declared(), "mute")
    there.add("mute")
    await made.done(declared(), "mute")
    await made.done(declared(), "mute")
    assert tried.count("mute") == 2
    await made.done(declared(), "twin")  # from now on it begins there
    there.add("far")
    await made.done(declared(), "far")
    assert tried.count("far") == 1
    await made.close()
    assert failed == []


async def test_m1_what_shares_a_directory_by_another_way_waits_too(tmp_path: Path) -> None:
    go, failed = asyncio.Event(), list[BaseException]()

    async def remove(worker: str, machine: Machine) -> None:
        await go.wait()

    made = removals(tmp_path, failed)
    await made.begin(declared(), [("far", "/srv/far")], remove)
    waiting = asyncio.create_task(made.done(declared(), "twin"))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await made.close()
    await asyncio.wait_for(waiting, 5)


async def test_a_bug_is_reported(tmp_path: Path) -> None:
    failed = list[BaseException]()

    async def remove(worker: str, machine: Machine) -> None:
        raise ValueError("a bug")

    made = removals(tmp_path, failed)
    await made.begin(declared(), [("far", "/srv/far")], remove)
    await made.done(declared(), "far")
    await asyncio.sleep(0)
    assert [str(each) for each in failed] == ["a bug"]
    await made.close()
