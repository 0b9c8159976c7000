"""A command's streams, its exit code, and what is kept of it."""

import hashlib

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.ssh.command import BUFFERED, SshCommand
from tests.sshd import Sshd, needs_sshd
from tests.workers.ssh.ways import way_to

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


class Channel:
    """A channel whose reading is held up and goes on."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")


async def test_only_so_much_is_read_ahead() -> None:
    command, channel = SshCommand(lambda: None, lambda: None, lambda: ""), Channel()
    command.connection_made(channel)
    for _ in range(3):
        command.data_received(b"x" * (BUFFERED // 2), None)
    assert channel.calls == ["pause"]
    assert len(await command.read(BUFFERED)) == BUFFERED // 2
    assert channel.calls == ["pause"]
    await command.read(BUFFERED)
    assert channel.calls == ["pause", "resume"]


async def test_m1_what_ends_without_an_exit_code_is_unreachable() -> None:
    ended: list[int] = []
    command = SshCommand(lambda: None, lambda: ended.append(1), lambda: "")
    command.connection_made(Channel())
    command.data_received(b"some", None)
    command.connection_lost(None)
    assert ended == [1]
    assert await command.read(9) == b"some"
    with pytest.raises(Unreachable, match="the connection was lost"):
        await command.read(9)
    with pytest.raises(Unreachable, match="the connection was lost"):
        await command.wait()
