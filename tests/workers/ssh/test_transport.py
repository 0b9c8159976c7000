"""Commands over connections that are kept: streams, exit codes, room for many, and what is lost."""

import asyncio
import hashlib

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


async def test_streams_of_any_bytes_and_any_size(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        end = await way.run("cat", LARGE, most=len(LARGE))
        assert end.output == LARGE
        assert (await way.run("cat", LARGE, most=10)).output == LARGE[:10]
        running = await way.open("sha256sum")
        for start in range(0, len(LARGE), 1 << 20):
            await running.write(LARGE[start : start + (1 << 20)])
        await running.close_input()
        said = b""
        while chunk := await running.read(7):
            assert len(chunk) <= 7
            said += chunk
        assert said.split()[0].decode() == hashlib.sha256(LARGE).hexdigest()
        assert (await running.wait()).code == 0


async def test_output_that_nobody_reads_is_not_read_ahead_without_bound(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        running = await way.open("cat /dev/zero")
        first = await running.read(1 << 20)
        other = await way.run("echo there")  # the connection is not held up
        assert (first.strip(b"\0"), other.output) == (b"", b"there\n")
        await running.close()


async def test_input_that_nobody_reads_is_no_problem(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        end = await way.run("exec <&-; echo read nothing", LARGE)
    assert (end.code, end.output) == (0, b"read nothing\n")


@pytest.mark.parametrize(
    ("command", "code"),
    [("exit 3", 3), ("kill -TERM $$", -15), ("kill -KILL $$", -9), ("no-such-command", 127)],
)
async def test_m1_the_exit_code_of_a_command(sshd: Sshd, command: str, code: int) -> None:
    async with way_to(sshd.endpoint) as way:
        assert (await way.run(command)).code == code


async def test_the_end_of_standard_error_is_kept(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        end = await way.run("i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done")
    assert end.errors.endswith("line 1999\n")
    assert len(end.errors) <= 4096


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


async def test_m1_a_machine_that_runs_nothing_says_so(make_sshd: MakeSshd) -> None:
    said = await problem_of(make_sshd("MaxSessions 0").endpoint)
    assert said.startswith("it runs no commands for this account")


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
    back_off.succeeded()
    back_off.check()


async def test_a_closed_way_is_not_used_again(sshd: Sshd) -> None:
    async with way_to(sshd.endpoint) as way:
        await way.run("true")
    with pytest.raises(Unreachable, match="is closed"):
        await way.run("true")
