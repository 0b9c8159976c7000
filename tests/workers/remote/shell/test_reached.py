"""M1: what a machine must have, and what is asked of it once."""

import asyncio
import os
from pathlib import Path

import pytest

from octotui.workers.machine import Unreachable
from octotui.workers.remote.shell import reached
from octotui.workers.remote.shell.reached import ShellDirectory, helper_files, helpers_version
from tests.workers.local_transport import LocalTransport
from tests.workers.shell_machines import programs_of_busybox


@pytest.mark.parametrize(("missing", "said"), [
    (("tar",), "it has no tar: install it there"),
    (("sha256sum", "shasum", "openssl"), "it has no sha256sum, shasum or openssl: install one there"),
    (("setsid", "perl"), "it has no setsid or perl: install one there"),
])  # fmt: skip
async def test_m1_what_is_missing_there_is_said(tmp_path: Path, missing: tuple[str, ...], said: str) -> None:
    programs = programs_of_busybox(tmp_path / "programs")
    for name in missing:
        (programs / name).unlink(missing_ok=True)
    way = LocalTransport(tmp_path, {"PATH": str(programs)})
    with pytest.raises(Unreachable) as refused:
        await ShellDirectory(way, "worker").reached()
    assert str(refused.value) == said
    await way.close()


async def test_m1_one_that_never_answers_is_given_up(
    way: LocalTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reached, "PATIENCE", 0.3)
    way.is_silent = True
    with pytest.raises(Unreachable, match="takes the connection and says nothing"):
        await ShellDirectory(way, "worker").reached()


async def test_m1_a_directory_with_a_line_end_is_refused(way: LocalTransport) -> None:
    with pytest.raises(Unreachable, match="line end"):
        await ShellDirectory(way, "a\nb").reached()


async def test_m1_it_is_asked_once_for_all_who_wait(way: LocalTransport) -> None:
    directory = ShellDirectory(way, "worker")
    first, *others = await asyncio.gather(*(directory.reached() for _ in range(5)))
    assert all(each is first for each in others)
    assert len(way.opened) == 1
    assert (directory.path, first.system) == (first.directory, "Linux")
    assert "PATH" in first.names
    assert directory.latency is not None


async def test_v7_the_helpers_are_kept_once(way: LocalTransport, tmp_path: Path) -> None:
    directory = ShellDirectory(way, str(tmp_path / "worker1"))
    for _ in range(2):
        await directory.send_helpers()
    helpers = tmp_path / "worker1" / "helpers"
    assert {
        each.name: each.read_bytes() for each in (helpers / helpers_version()).iterdir()
    } == helper_files()
    assert [each.name for each in helpers.iterdir()] == [helpers_version()]


async def test_m1_a_directory_that_everybody_can_write_to_is_refused(
    way: LocalTransport, tmp_path: Path
) -> None:
    above = tmp_path / "above"
    (above / "worker").mkdir(parents=True)
    above.chmod(0o777)
    with pytest.raises(Unreachable) as refused:
        await ShellDirectory(way, str(above / "worker")).reached()
    assert str(refused.value) == f"everybody can write to {above}: chmod o-w it"
    above.chmod(0o1777)
    assert (await ShellDirectory(way, str(above / "worker")).reached()).directory == str(above / "worker")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another account")
async def test_v5_a_directory_below_the_folder_of_another_account_is_refused(
    way: LocalTransport, tmp_path: Path
) -> None:
    """M1, V5: nothing is made there."""
    above = tmp_path / "theirs"
    above.mkdir()
    os.chown(above, 65534, -1)
    for there in (above / "a" / "worker", above):
        with pytest.raises(Unreachable, match="belongs to another account, which could replace what is run"):
            await ShellDirectory(way, str(there)).reached()
    assert list(above.iterdir()) == []
    os.chown(above, 0, 65534)
    above.chmod(0o770)
    with pytest.raises(Unreachable, match="a group can write to "):
        await ShellDirectory(way, str(above / "a" / "worker")).reached()


async def test_nothing_is_found_in_the_current_directory(way: LocalTransport, tmp_path: Path) -> None:
    directory = ShellDirectory(way, str(tmp_path / "worker1"))
    (tmp_path / "worker1").mkdir()
    (tmp_path / "worker1" / "evil").write_text("#!/bin/sh")
    (tmp_path / "worker1" / "evil").chmod(0o755)
    way.environment["PATH"] = f"::.:{way.environment['PATH']}:"
    assert (await directory.facts(("evil", "cat"))).programs.keys() == {"cat"}


@pytest.mark.parametrize("clock", [b"inf", b"nan", b"1e300", b"soon", b""])
def test_m1_a_clock_that_is_none_is_refused(clock: bytes) -> None:
    told = [b"directory /a", b"system Linux", b"architecture x", b"clock " + clock, b"boot b", b"names PATH"]
    with pytest.raises(Unreachable, match="what it says of itself cannot be understood: "):
        reached._facts(told)
    assert reached._facts([*told, b"clock 1.5", b"system a\nb"])[1:4:2] == ("a b", 1.5)


def test_m1_a_program_whose_path_cannot_be_kept_is_not_there() -> None:
    told = [b"directory /a", b"system Linux", b"architecture x", b"clock 1", b"boot b", b"names PATH"]
    paths = [b"program sh /bin/sh", b"program a /\xff", b"program b /\nb", b"program c /" + b"c" * 5000]
    assert reached._facts(told + paths).programs == {"sh": "/bin/sh"}
