"""M1: calls to a shell, whatever comes instead of an answer."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.remote.shell.calls import COMMAND, DATA, END, NOTICE, AnswerParts, Piece, ShellCalls
from tests.workers.local_transport import LocalTransport

SHELLS = ["sh", "dash", "bash", "busybox sh", "ksh", "zsh", "fish", "csh", "tcsh"]
ENDED = "its shell has ended before its answer"
THERE = [each for each in SHELLS if shutil.which(each.split()[0])]


def login(tmp_path: Path, text: str) -> tuple[str, ...]:
    """A login shell that is a script; its second argument is the command."""
    script = tmp_path / "login"
    script.write_text(f"#!/bin/sh\n{text}\n")
    script.chmod(0o755)
    return (str(script), "-c")


async def directory(transport: LocalTransport, path: str) -> str:
    """What a machine says of its directory."""
    try:
        (first, *_) = await ShellCalls(transport, path).ask("facts", "facts")
    finally:
        await transport.close()
    return first.decode().removeprefix("directory ")


async def problem(transport: LocalTransport, path: str = "worker") -> str:
    with pytest.raises(Unreachable) as refused:
        await directory(transport, path)
    return str(refused.value)


def test_the_command_is_one_for_any_shell() -> None:
    inside = COMMAND.removeprefix("exec sh -c '").removesuffix("'")
    assert not set("'!\\\n").intersection(inside)


@pytest.mark.parametrize("shell", THERE)
async def test_any_login_shell_answers(tmp_path: Path, shell: str) -> None:
    odd = "odd 'name\" $x \\n %s größe"
    assert await directory(LocalTransport(tmp_path, shell=(*shell.split(), "-c")), odd) == str(tmp_path / odd)
    assert (tmp_path / odd).is_dir()


async def test_what_a_profile_prints_is_dropped(tmp_path: Path) -> None:
    text = 'head -c 5000 /dev/urandom; echo; echo Welcome; echo warning >&2\nexec sh -c "$2"'
    transport = LocalTransport(tmp_path, shell=login(tmp_path, text))
    assert await directory(transport, "worker") == str(tmp_path / "worker")


@pytest.mark.parametrize(("text", "said"), [
    ("echo For backups alone; exit 1", f"{ENDED} (exit code 1: For backups alone)"),
    ("echo no >&2; exit 9", f"{ENDED} (exit code 9: no)"),
    ("exec yes", "it answers with other than what it is asked for: see what its login shell prints"),
    ("kill -9 $$", f"{ENDED} (exit code -9)"),
])  # fmt: skip
async def test_what_is_no_answer_is_said(tmp_path: Path, text: str, said: str) -> None:
    assert await problem(LocalTransport(tmp_path, shell=login(tmp_path, text))) == said


async def test_an_account_without_a_home_or_with_one_that_cannot_be_written_to(tmp_path: Path) -> None:
    assert await problem(LocalTransport(tmp_path, {"HOME": ""})) == (
        "its account has no home: declare a directory"
    )
    (tmp_path / "file").touch()
    assert "file" in await problem(LocalTransport(tmp_path, {"HOME": str(tmp_path / "file")}))


async def test_an_answer_that_is_cut_is_none(tmp_path: Path) -> None:
    whole = LocalTransport(tmp_path)
    await whole.open("true")
    for cut in (0, 20, 60, 120):
        transport = LocalTransport(tmp_path)
        transport.cut_reading = cut
        assert await problem(transport) == "the way broke"


BODY = b"banner\nMARK:one MARMARK:MARK~told MMARKMARK:two\n" + b"MARK=" + b"rest"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_parts_are_the_same_however_they_arrive(size: int) -> None:
    parts = AnswerParts(b"MARK")
    found: list[Piece] = []
    ends = [*range(0, len(BODY), size), len(BODY)]
    for begin, end in pairwise(ends):
        found += parts.take(BODY[begin:end])
    found += parts.finish()
    joined: list[tuple[int, bytes]] = []
    for kind, is_first, data in found:
        if is_first:
            joined.append((kind, b""))
        assert joined[-1][0] == kind
        joined[-1] = (kind, joined[-1][1] + data)
    assert joined == [
        *((DATA, b"one MAR"), (DATA, b""), (NOTICE, b"told M"), (ord("M"), b"ARK:two\n"), (END, b"rest"))
    ]


def test_output_is_passed_on_before_more_of_it_comes() -> None:
    parts = AnswerParts(b"MARK")
    assert [each.data for each in parts.take(b"MARK:line\n")] == [b"", b"line\n"]
    assert [each.data for each in parts.take(b"another\nMA")] == [b"another\n"]
    assert [each.data for each in parts.take(b"ximum\n")] == [b"MAximum\n"]
