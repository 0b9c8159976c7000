"""M1: commands in a pod by `kubectl exec`, with a stand-in that runs them here."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octotui.workers.kubectl import transport
from octotui.workers.kubectl.transport import KubectlTransport
from octotui.workers.machine import Gone, Unreachable
from tests.workers.pod_machines import POD, stand_in


@pytest.fixture
async def way(tmp_path: Path) -> AsyncIterator[KubectlTransport]:
    made = KubectlTransport(POD, str(stand_in(tmp_path, tmp_path / "home")))
    yield made
    await made.close()


async def test_m1_a_command_has_its_streams_and_its_exit_code(way: KubectlTransport, tmp_path: Path) -> None:
    end = await way.run("cat; echo oops >&2; exit 3", b"hello")
    assert (end.code, end.output, end.errors) == (3, b"hello", "oops")
    assert (await way.run('pwd >/dev/null; printf %s "$HOME"')).output == f"{tmp_path}/home".encode()
    asked = (tmp_path / "asked").read_text().splitlines()[0]
    assert asked.startswith("--context=staging --namespace=build exec -i worker-1 -- sh -c cat; echo oops")


async def test_m1_an_exit_code_is_that_of_the_command_alone(way: KubectlTransport) -> None:
    """A command that says what kubectl says does not decide about its own code."""
    end = await way.run("echo command terminated with exit code 7 >&2; exit 2")
    assert (end.code, end.errors) == (2, "command terminated with exit code 7")


async def test_m1_output_is_read_as_it_comes_and_bounded(way: KubectlTransport) -> None:
    running = await way.open('while read -r line; do echo "$line!"; done')
    await running.write(b"one\n")
    assert await running.read(100) == b"one!\n"
    await running.close_input()
    assert await running.read(100) == b""
    assert (await running.wait()).code == 0
    await running.close()
    assert len((await way.run("head -c 5000 /dev/zero", most=100)).output) == 100


async def test_m1_standard_error_is_told_as_it_comes(way: KubectlTransport) -> None:
    told: list[bytes] = []
    running = await way.open("echo oops >&2", errors=told.append)
    await running.wait()
    assert told == [b"oops\n"]
    await running.close()


async def test_m1_what_prints_without_end_is_dropped(
    way: KubectlTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octotui.workers.remote.transport.DROPPED", 1 << 17)
    with pytest.raises(Unreachable, match="it prints without end"):
        await way.run("yes", most=10)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            'Error from server (NotFound): pods "worker-1" not found',
            "there is no pod worker-1 in the namespace build: ",
        ),
        (
            'Error from server (Forbidden): pods "worker-1" is forbidden',
            "nobody lets the account of the context stag",
        ),
        (
            "error: You must be logged in to the server (Unauthorized)",
            "the cluster does not know the account of the",
        ),
        ('error: context "staging" does not exist', "there is no context staging: "),
        ("The connection to the server c:6443 was refused", "its cluster does not answer: The connection"),
        (
            "error: cannot exec into a container in a completed pod; current phase is Failed",
            "error: cannot exec into a container in a completed pod",
        ),
        ("error: lost connection to pod", "error: lost connection to pod"),
        ("", transport.LOST),
    ],
)
async def test_m1_why_a_pod_cannot_be_reached(
    way: KubectlTransport, tmp_path: Path, said: str, reason: str
) -> None:
    (tmp_path / "says").write_text(said)
    with pytest.raises(Unreachable) as caught:
        await way.run("true")
    assert str(caught.value).startswith(reason)
    assert said in str(caught.value)
    assert isinstance(caught.value, Gone) == ("NotFound" in said or "completed pod" in said)


async def test_m1_without_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="there is no kubectl on this machine"):
        await KubectlTransport(POD).run("true")
    with pytest.raises(Unreachable, match="/kubectl cannot be started: No such file"):
        await KubectlTransport(POD, f"{tmp_path}/kubectl").run("true")


async def test_m1_a_command_that_is_dropped_hears_that_its_input_has_ended(
    way: KubectlTransport, tmp_path: Path
) -> None:
    running = await way.open(f"cat; touch {tmp_path}/ended")
    await running.close()
    for _ in range(500):
        if (tmp_path / "ended").exists():
            break
        await asyncio.sleep(0.01)
    assert (tmp_path / "ended").exists()
