"""M1: files elsewhere, by a way that breaks; see also `tests/workers/conformance.py`."""

import hashlib
from collections.abc import AsyncIterator

import pytest

from octotui.workers.agent.relay.calls import WINDOW
from octotui.workers.machine import Unreachable
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.local_transport import LocalTransport

LARGE = bytes(range(256)) * (3 << 12)  # 3 MiB
DIGEST = hashlib.sha256(LARGE).hexdigest()


async def sent(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 1 << 20):
        yield body[at : at + (1 << 20)]


@pytest.mark.parametrize("cut", [50, 300_000, 2_500_000])
async def test_m1_a_transfer_goes_on_where_the_way_broke(
    machine: RemoteMachine, way: LocalTransport, cut: int
) -> None:
    await machine.boot()
    way.cut_writing = cut
    with pytest.raises(Unreachable):
        await machine.files.put("in/file", sent(LARGE), DIGEST)
    there = await machine.files.received("in/file", DIGEST)
    assert cut - WINDOW < there <= cut
    await machine.files.put("in/file", sent(LARGE[there:]), DIGEST, there)
    assert (await machine.files.digest("in/file")).sha256 == DIGEST


async def read_into(body: bytearray, machine: RemoteMachine) -> None:
    """Read the rest of a file, of which some may be there."""
    async for chunk in machine.files.get("file", len(body)):
        body += chunk


@pytest.mark.parametrize("cut", [50, 1_500_000])
async def test_m1_a_file_is_read_on_from_where_the_way_broke(
    machine: RemoteMachine, way: LocalTransport, cut: int
) -> None:
    await machine.files.put("file", sent(LARGE), DIGEST)
    way.cut_reading = cut
    body = bytearray()
    with pytest.raises(Unreachable):
        await read_into(body, machine)
    assert len(body) <= cut
    await read_into(body, machine)
    assert bytes(body) == LARGE


async def test_a_reader_that_goes_holds_nothing_up(machine: RemoteMachine) -> None:
    await machine.files.put("file", sent(LARGE), DIGEST)
    reading = machine.files.get("file")
    assert await anext(reading)
    await reading.aclose()
    assert (await machine.files.digest("file")).size == len(LARGE)
    channel = machine._directory.channel.present
    assert channel is not None
    await machine.files.free()
    assert channel._calls == {}
