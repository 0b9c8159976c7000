"""The way to a container by real podman: commands, their ends, and where it is gone."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.workers.container.transport import ContainerTransport
from octotui.workers.machine import Gone, Unreachable
from tests.podman import IMAGE, containered, podman

pytestmark = [pytest.mark.usefixtures("containered"), pytest.mark.xdist_group("podman")]
__all__ = ["containered"]

NAME = "octotui-test-transport"


@pytest.fixture
def container() -> Iterator[str]:
    podman("run", "--detach", "--name", NAME, "--entrypoint", "sh", IMAGE, "-c", "exec sleep 1000")
    yield NAME
    podman("rm", "--force", NAME)


async def test_m1_a_command_has_input_output_errors_and_an_end(container: str) -> None:
    way = ContainerTransport(container)
    end = await way.run("cat; echo bad >&2; exit 3", b"given")
    assert (end.code, end.output, end.errors) == (3, b"given", "bad\n")
    end = await way.run("echo 12345; cat /dev/null", most=3)
    assert (end.code, end.output) == (0, b"123")
    assert (await way.run("exit 130")).code == 130
    await way.close()


async def test_m1_a_command_is_talked_to_while_it_runs(container: str) -> None:
    way = ContainerTransport(container)
    command = await way.open("while read -r line; do echo got $line; done")
    await command.write(b"one\n")
    assert await command.read(100) == b"got one\n"
    await command.write(b"two\n")
    assert await command.read(3) == b"got"
    await command.close_input()
    assert await command.read(100) == b" two\n"
    assert await command.read(100) == b""
    assert (await command.wait()).code == 0
    await command.close()


async def test_m1_what_is_dropped_hears_that_its_input_has_ended(container: str) -> None:
    way = ContainerTransport(container)
    command = await way.open("cat >/dev/null; touch /gone")
    await way.close()
    async with asyncio.timeout(20):
        while (await way.run("ls /gone")).code:
            await asyncio.sleep(0.1)
    await command.close()


async def test_m1_a_container_that_is_gone_or_stopped_is_unreachable(container: str) -> None:
    way = ContainerTransport(container)
    command = await way.open("sleep 1000")
    podman("kill", NAME)
    podman("wait", NAME)
    with pytest.raises(Gone, match=f"the container {NAME} does not run"):
        await command.wait()
    await command.close()
    with pytest.raises(Gone, match="does not run"):
        await way.run("true")
    with pytest.raises(Gone, match="there is no container octotui-test-none"):
        await ContainerTransport("octotui-test-none").run("true")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("echo false exited", Gone),
        ("echo false paused", Unreachable),
        ("echo Error: no such container x >&2; exit 125", Gone),
        ("echo Error: the database is locked >&2; exit 125", Unreachable),
    ],
)
async def test_m6_only_what_has_ended_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str, kind: type[Exception]
) -> None:
    """M6: what ran there is lost at once, which a paused container, or a busy engine, is no reason for."""
    program = tmp_path / "podman"
    program.write_text(f"#!/bin/sh\n[ $1 = container ] || exit 125\n{answer}\n")
    program.chmod(0o700)
    monkeypatch.setattr("octotui.workers.container.transport.engine", lambda: str(program))
    way = ContainerTransport("x")
    with pytest.raises(Unreachable) as caught:
        await way.run("true")
    await way.close()
    assert type(caught.value) is kind


async def test_m1_without_an_engine_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.workers.container.transport.engine", lambda: None)
    with pytest.raises(Unreachable, match="install podman or docker"):
        await ContainerTransport("x").run("true")
