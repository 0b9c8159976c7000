"""M1: what a machine may be like when it is reached first; each problem is one sentence."""

import asyncio
import shutil
from pathlib import Path

import pytest

from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.workers.machine import Unreachable
from octotui.workers.remote import first_contact
from octotui.workers.remote.first_contact import COMMAND, PythonMissing, connected, finding
from tests.workers.local_transport import LocalTransport

SHELLS = ["sh", "dash", "bash", "busybox sh", "ksh", "zsh", "fish", "csh", "tcsh"]
THERE = [each for each in SHELLS if shutil.which(each.split()[0])]


def login(tmp_path: Path, text: str) -> tuple[str, ...]:
    """A login shell that is a script; its second argument is the command."""
    script = tmp_path / "login"
    script.write_text(f"#!/bin/sh\n{text}\n")
    script.chmod(0o755)
    return (str(script), "-c")


async def problem(transport: LocalTransport, directory: str = "worker") -> str:
    with pytest.raises(Unreachable) as refused:
        await connected(transport, directory)
    await transport.close()
    return str(refused.value)


def test_the_command_is_one_for_any_shell() -> None:
    inside = COMMAND.removeprefix("exec sh -c '").removesuffix("'")
    assert not set("'!\\\n").intersection(inside)


@pytest.mark.parametrize("shell", THERE)
async def test_any_login_shell_finds_a_python(tmp_path: Path, shell: str) -> None:
    transport = LocalTransport(tmp_path, shell=(*shell.split(), "-c"))
    relay = await connected(transport, "odd 'name\" $x \\n")
    await relay.close()
    await transport.close()
    assert (tmp_path / "odd 'name\" $x \\n" / "agents").is_dir()


async def test_what_a_profile_prints_is_dropped(tmp_path: Path) -> None:
    text = 'head -c 5000 /dev/urandom; echo; echo Welcome; echo warning >&2\nexec sh -c "$2"'
    transport = LocalTransport(tmp_path, shell=login(tmp_path, text))
    relay = await connected(transport, "worker")
    await relay.close()
    await transport.close()


async def test_a_shell_that_prints_without_end_is_given_up(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path, shell=login(tmp_path, "exec yes"))
    assert await problem(transport) == (
        "it answers with other than what it is asked for: see what its login shell prints"
    )


async def test_m1_one_that_sends_back_what_it_is_sent_is_told(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path, shell=login(tmp_path, "exec cat"))
    assert (await problem(transport)).startswith(
        "it does something else than octotui asks for: see ForceCommand"
    )


async def test_one_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_contact, "PATIENCE", 0.3)
    transport = LocalTransport(tmp_path, shell=login(tmp_path, "exec sleep 60"))
    assert (await problem(transport)).startswith("it takes the connection and says nothing for 0 s")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo This account is for backups alone; exit 1", "1: This account is for backups alone"),
        ("echo sh: not found >&2; exit 127", "127: sh: not found"),
        ("exit 3", "3"),
    ],
)
async def test_what_is_no_shell_is_said(tmp_path: Path, text: str, said: str) -> None:
    transport = LocalTransport(tmp_path, shell=login(tmp_path, text))
    assert await problem(transport) == f"its shell does not run sh as it is asked to (exit code {said})"


@pytest.mark.parametrize(
    ("versions", "found"),
    [({}, ""), ({"python3": "3.6", "python": "2.7"}, " (python3 is 3.6, python is 2.7)")],
)
async def test_a_python_that_is_too_old_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], found: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sh").symlink_to(shutil.which("sh") or "")
    for name, version in versions.items():
        (programs / name).write_text(f"#!/bin/sh\nprintf {version}")
        (programs / name).chmod(0o755)
    monkeypatch.setattr(first_contact, "COMMAND", finding(["python3", "python3.9", "python"]))
    transport = LocalTransport(tmp_path, {"PATH": str(programs)})
    with pytest.raises(PythonMissing) as refused:
        await connected(transport, "worker")
    await transport.close()
    assert str(refused.value) == f"it has no Python from 3.8 on{found}: install one there"


async def test_an_account_without_a_home_is_told_what_to_say(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path, {"HOME": ""})
    assert await problem(transport) == (
        "the account has no home there: say a directory for the worker that begins with /"
    )
    assert await problem(LocalTransport(tmp_path), "two\nlines") == (
        "its directory has a line end in its name: say another"
    )


async def test_a_home_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "worker").write_text("a file")
    reason = await problem(LocalTransport(tmp_path))
    assert reason == f"its directory cannot be used: File exists: {tmp_path}/worker"


@pytest.mark.parametrize("count", [0, 1, 100, 3000, 60_000])
async def test_a_way_that_breaks_while_the_program_is_sent_leaves_no_part_of_it(
    tmp_path: Path, count: int
) -> None:
    transport = LocalTransport(tmp_path)
    transport.cut_writing = count
    assert "broke" in await problem(transport)
    transport = LocalTransport(tmp_path)
    relay = await connected(transport, "worker")
    await relay.close()
    await transport.close()
    names = [each.name for each in (tmp_path / "worker" / "agents").iterdir()]
    assert [each.startswith("program-") for each in names] == [True]


class SlowTransport:
    """A way on which a command waits long for its turn, and then answers at once."""

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._mark = b""

    async def open(self, command: str) -> "SlowTransport":
        await asyncio.sleep(self._wait)
        return self

    async def write(self, data: bytes) -> None:
        self._mark = data.partition(b"\n")[0]

    async def read(self, most: int) -> bytes:
        return self._mark + b" ready {}\n"

    async def close(self) -> None:
        pass


def test_m1_to_wait_for_a_turn_is_no_silence() -> None:
    """M1: what a machine that is connected to takes to answer is counted, and nothing before."""

    async def main(now: Clock) -> None:
        await connected(SlowTransport(10 * first_contact.PATIENCE), "worker")  # type: ignore[arg-type]

    in_virtual_time(main, 0.0)
