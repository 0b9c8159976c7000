"""Commands over connections that are kept: streams, exit codes, room for many, and what is lost."""

import asyncio

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.reaching import until_reached
from octotui.workers.ssh import transport
from octotui.workers.ssh.transport import BackOff
from tests.proxies import proxied
from tests.sshd import Login, MakeSshd, Sshd, free_port, needs_sshd
from tests.workers.ssh.ways import problem_of, way_to

pytestmark = needs_sshd

LARGE = bytes(range(256)) * (3 << 12)  # 3 MiB


@pytest.mark.parametrize("most", [1, 2, 10])
async def test_m1_more_commands_than_a_connection_takes_wait_their_turn(
    make_sshd: MakeSshd, login: Login, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MaxSessions: first of the connections, of which there are a few, then of all of them."""
    monkeypatch.setattr(transport, "MOST", 2)
    server = make_sshd(f"MaxSessions {most}")
    async with proxied(server.port) as proxy, way_to(proxy.port) as way:
        login.knows_at(server, proxy.port)
        ends = await asyncio.gather(*(way.run(f"sleep 0.1; echo {number}") for number in range(30)))
        assert [end.output for end in ends] == [f"{number}\n".encode() for number in range(30)]
        assert proxy.connections == 2
        held = [await way.open("cat") for _ in range(2 * most)]
        waiting = asyncio.ensure_future(way.run("echo in turn"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await held[0].close_input()
        assert (await waiting).output == b"in turn\n"
        for each in held:
            await each.close()


async def test_m1_what_is_cut_is_unreachable_and_the_next_command_connects_again(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        running = await way.open("echo begun; cat")
        assert await running.read(100) == b"begun\n"
        sshd.cut()
        with pytest.raises(Unreachable):
            await running.read(1)
        with pytest.raises(Unreachable):
            await running.write(b"more")
        with pytest.raises(Unreachable):
            await running.wait()
        assert (await until_reached(lambda: way.run("echo back"))).output == b"back\n"


@pytest.mark.parametrize("after", [0, 1, 30, 500, 2500, 2900, 3500, 100_000])
async def test_m1_a_way_that_breaks_at_any_byte(sshd: Sshd, login: Login, after: int) -> None:
    """Nothing of an output is believed to be its end, and nothing is waited for in vain."""
    async with proxied(sshd.port, cut_after=after) as proxy:
        login.knows_at(sshd, proxy.port)
        async with way_to(proxy.port) as way:
            with pytest.raises(Unreachable):
                await way.run("head -c 200000 /dev/zero")
            proxy.cut_after = None
            end = await until_reached(lambda: way.run("head -c 200000 /dev/zero"))
            assert len(end.output) == 200_000


async def test_m1_output_without_end_is_given_up(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.workers.remote.transport.DROPPED", 1 << 20)
    async with way_to(sshd.endpoint) as way:
        with pytest.raises(Unreachable, match=r"it prints without end: .* see ForceCommand"):
            await asyncio.wait_for(way.run("yes", most=10), 60)
        assert (await way.run("echo there")).output == b"there\n"


async def test_m1_a_slow_way_only_takes_longer(sshd: Sshd, login: Login) -> None:
    async with proxied(sshd.port, delay=0.02) as proxy:
        login.knows_at(sshd, proxy.port)
        async with way_to(proxy.port) as way:
            assert (await way.run("cat", b"slow")).output == b"slow"


async def test_m1_a_way_that_drops_everything_is_noticed(sshd: Sshd, login: Login) -> None:
    async with proxied(sshd.port) as proxy:
        login.knows_at(sshd, proxy.port)
        async with way_to(proxy.port) as way:
            running = await way.open("echo begun; cat")
            assert await running.read(100) == b"begun\n"
            proxy.hold()
            with pytest.raises(Unreachable, match="the connection was lost"):
                await running.read(1)


async def test_m1_nobody_listens_there() -> None:
    port = free_port()
    assert "refuses connections: see whether sshd runs there" in await problem_of(port)


async def test_m1_a_name_that_is_not_found() -> None:
    assert "is no name that is found" in await problem_of("ssh://no-such-host.invalid")


async def test_a_machine_that_is_away_is_not_tried_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(transport, "monotonic", lambda: now[0])
    back_off, waits = BackOff(), []
    for _ in range(9):
        back_off.check()
        back_off.failed(Unreachable("away"))
        with pytest.raises(Unreachable, match="away"):
            back_off.check()
        before = now[0]
        while now[0] < before + 100:
            now[0] += 0.01
            try:
                back_off.check()
            except Unreachable:
                continue
            break
        waits.append(now[0] - before)
    limits = [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert all(limit / 2 <= wait <= limit + 0.02 for wait, limit in zip(waits, limits, strict=True))
    back_off.failed(Unreachable("away"))
    back_off.end()  # somebody asks for it
    back_off.check()
    back_off.succeeded()
    back_off.check()


async def test_a_closed_way_is_not_used_again(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        await way.run("true")
    with pytest.raises(Unreachable, match="is closed"):
        await way.run("true")
