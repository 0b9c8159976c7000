"""S8: scripts run in containers by real podman: what they find inside, how they end, and what is left."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, StartRun
from octotui.engine.state import State
from octotui.model.machines.containers import BUILT
from octotui.model.process import ContainerSettings, Script, Step
from octotui.model.space import Feed, Model, StandardError, Supervisor, Value
from octotui.model.values import Secret
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from tests.podman import (
    BARE,
    IMAGE,
    PODMAN,
    WITH_BASH,
    containered,
    containers_of,
    file_system,
    forget,
    podman,
)
from tests.registry import registry
from tests.runtime.jobs.test_package_acquisition import ended
from tests.workers.agents import end_agents
from tests.workers.shell_machines import programs_of_busybox
from tests.world import model, script

pytestmark = [pytest.mark.usefixtures("containered"), pytest.mark.xdist_group("podman")]
__all__ = ["containered"]


@pytest.fixture(autouse=True)
def without_agents(tmp_path: Path) -> Iterator[None]:
    yield
    end_agents(tmp_path)


def box(body: str, image: str = IMAGE, *, shell: Any = "sh", **more: Any) -> Step:
    """A step whose script runs in a container."""
    settings = {key: more.pop(key) for key in ContainerSettings.__struct_fields__ if key in more}
    return Step(
        name=more.pop("name", "Box"),
        action=Script(body=body, shell=shell),
        pool="setup",
        container=image,
        runs_contained=True,
        contained=ContainerSettings(**settings),
        **more,
    )


def space(
    *steps: Step, supervisor: Supervisor = "agent", stderr: StandardError = "merged", **more: Any
) -> Model:
    made = model({"a": list(steps)}, workers=1)
    return replace(made, engine=replace(made.engine, supervisor=supervisor, stderr=stderr), **more)


class Played:
    """A run that has ended: its state, its jobs, and their logs by the names of steps."""

    def __init__(self, state: State, run: str, logs: dict[str, str]) -> None:
        self.run = state.runs[run]
        self.jobs = [state.jobs[each] for each in self.run.progress.jobs]
        self.job = self.jobs[-1]
        self.logs = logs
        self.log = logs[self.job.id]


async def played(declared: Model, folder: Path) -> Played:
    """Play the runbook of a space to its end."""
    async with asyncio.timeout(60), open_space(declared, folder, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await ended(session)
        return await _read(session, "run-1")


async def _read(session: Session, run: str) -> Played:
    family = await session.family(run)
    logs = {each: session.log_path(run, each) for each in family.jobs}
    return Played(
        family, run, {each: path.read_text() if path.exists() else "" for each, path in logs.items()}
    )


async def until(session: Session, said: str) -> None:
    """Wait until a job has printed a text."""
    async with asyncio.timeout(30):
        while True:
            jobs = session.state.jobs.values()
            paths = [session.log_path(job.run, job.id) for job in jobs]
            if any(path.exists() and said in path.read_text() for path in paths):
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("supervisor", ["agent", "each"])
async def test_s8_a_script_runs_in_its_image_as_it_would_outside(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    """S8, V7, V9: variables, helper functions, artifacts, outputs, progress, the order of both streams."""
    body = """
echo "$Greeting, $(get_octopusvariable Greeting), #{Greeting}"
for each in 1 2 3 4 5 6 7 8 9; do echo "out $each"; echo "err $each" >&2; done
echo text >kept.txt
new_octopusartifact "$PWD/kept.txt" kept
set_octopusvariable Size 7
update_progress 50 half
write_warning careful
[ ! -e /etc/passwd ] || [ ! -e /usr/bin/podman ] && echo inside
"""
    declared = space(
        box(body),
        script("After", action=Script(body="echo #{Octopus.Action[Box].Output.Size}")),
        supervisor=supervisor,
        variables={"Greeting": (Value(value='it\'s "hello"\n$HOME'),)},
    )
    done = await played(declared, tmp_path)
    done.job = done.jobs[1]
    done.log = done.logs[done.job.id]
    assert done.job.state == "succeeded-with-warnings", done.log
    assert done.log.startswith('it\'s "hello"\n$HOME, it\'s "hello"\n$HOME, ')
    assert "".join(f"out {each}\nerr {each}\n" for each in range(1, 10)) in done.log
    assert "inside" in done.log
    assert done.logs["job-1.3"] == "7\n"
    assert [(each.name, each.size) for each in done.job.artifacts] == [("kept", 5)]
    assert done.job.warnings == ("careful",)
    assert not [*tmp_path.glob("test/workers/*/containers/*")]


async def test_v7_bash_in_a_container_has_its_helper_functions_also_in_what_it_starts(tmp_path: Path) -> None:
    """S7, S8: without a word in the script, under `set -eu`, and its errors name the lines of its author."""
    body = """set -eu
echo "$BASH_VERSION" | grep -q . && get_octopusvariable Greeting
echo
bash -c 'get_octopusvariable Greeting; echo'
trap 'echo "line $LINENO"' ERR
fail_step() { return 1; }
fail_step
"""
    declared = space(box(body, WITH_BASH, shell="bash"), variables={"Greeting": (Value(value="a\nb"),)})
    done = await played(declared, tmp_path)
    assert done.log == "a\nb\na\nb\nline 7\n"
    assert (done.job.state, done.job.exit_code) == ("failed", 1)


async def test_s8_files_of_a_script_belong_to_the_account_of_its_worker(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    done = await played(space(box("echo x >/data/made", mounts=(f"{folder}:/data",))), tmp_path)
    assert done.job.state == "succeeded", done.log
    assert (folder / "made").stat().st_uid == os.getuid()


async def test_s8_a_mount_that_is_only_read_and_no_network(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    body = "ls /sys/class/net; echo x 2>/dev/null >/data/made || echo read-only"
    step = box(body, mounts=(f"{tmp_path / 'data'}:/data:ro",), network="none", memory=1 << 28, cpus=0.5)
    done = await played(space(step), tmp_path)
    assert done.log == "lo\nread-only\n"


async def test_v5_no_value_is_in_arguments_or_in_what_the_engine_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCTOTUI_TEST_SECRET", "hunter2222")
    declared = space(
        box('echo "it is $Password"; echo there; sleep 100'),
        variables={"Password": (Value(kind="sensitive", secret=Secret(env="OCTOTUI_TEST_SECRET")),)},
    )
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        assert "it is ********" in session.log_path("run-1", "job-1.2").read_text()
        (name,) = containers_of(tmp_path)
        assert "hunter2222" not in podman("inspect", name)
        lines = [each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline") if _is_readable(each)]
        assert not [each for each in lines if b"hunter2222" in each]
        await session.send(CancelRun(run="run-1", by="ann"))
        await ended(session)
    assert containers_of(tmp_path) == []


def _is_readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("body", "image", "shell", "code", "reason"),
    [
        ("exit 0", IMAGE, "sh", 0, ""),
        ("exit 3", IMAGE, "sh", 3, "exit code 3"),
        ("exit 125", IMAGE, "sh", 125, "exit code 125"),
        ("exit 126", IMAGE, "sh", 126, "exit code 126"),
        ("exit 127", IMAGE, "sh", 127, "exit code 127"),
        ("fail_step because", IMAGE, "sh", 1, "because"),
        ("echo", IMAGE, "bash", 127, f"the image {IMAGE} has no bash, by which the script runs"),
        ("echo", IMAGE, "python", 127, f"the image {IMAGE} has no python3, by which the script runs"),
        ("echo", BARE, "sh", 127, f"the image {BARE} has no sh, by which scripts start in it"),
    ],
)
async def test_s7_the_exit_code_is_that_of_the_script_and_of_the_engine_there_is_a_reason(
    tmp_path: Path, body: str, image: str, shell: str, code: int, reason: str
) -> None:
    done = await played(space(box(body, image, shell=shell)), tmp_path)
    assert done.job.exit_code == code, done.log
    assert done.job.reason.startswith(reason)
    assert bool(done.job.reason) == bool(reason)
    assert containers_of(tmp_path) == []
    assert not [*tmp_path.glob("test/workers/*/containers/*")]


@pytest.mark.parametrize("supervisor", ["agent", "each"])
@pytest.mark.parametrize("how", ["takes TERM", "ignores TERM"])
async def test_s5_a_script_that_is_cancelled_gets_term_once_and_then_its_container_goes(
    tmp_path: Path, supervisor: Supervisor, how: str
) -> None:
    trap = "trap 'echo got TERM' TERM; " if how == "ignores TERM" else "trap 'echo got TERM; exit 9' TERM; "
    body = f"{trap} echo there; while :; do sleep 0.1; done"
    async with (
        asyncio.timeout(60),
        open_space(space(box(body, grace=2.0), supervisor=supervisor), tmp_path, "ann", time.time) as session,
    ):
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        await session.send(CancelRun(run="run-1", by="ann"))
        await ended(session)
        assert containers_of(tmp_path) == []
        done = await _read(session, "run-1")
    assert done.job.state == "cancelled"
    assert done.log.count("got TERM") == 1
    assert not [*tmp_path.glob("test/workers/*/containers/*")]


async def test_s5_a_time_limit_ends_the_container(tmp_path: Path) -> None:
    done = await played(space(box("sleep 100", time_limit=1.0, grace=1.0)), tmp_path)
    assert done.job.state == "failed"
    assert "time limit" in done.job.reason
    assert containers_of(tmp_path) == []


async def test_r4_a_script_in_a_container_goes_on_while_octotui_is_away(tmp_path: Path) -> None:
    body = "echo there; while [ ! -e /data/go ]; do sleep 0.1; done; echo went; exit 5"
    (tmp_path / "data").mkdir()
    declared = space(box(body, mounts=(f"{tmp_path / 'data'}:/data",)))
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
    assert len(containers_of(tmp_path)) == 1
    (tmp_path / "data" / "go").touch()
    async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
        await ended(session)
        done = await _read(session, "run-1")
    assert (done.job.state, done.job.exit_code, done.log) == ("failed", 5, "there\nwent\n")


async def test_s8_stderr_told_apart_is_told_apart_in_a_container(tmp_path: Path) -> None:
    done = await played(space(box("echo out; echo err >&2"), stderr="separate"), tmp_path)
    assert sorted(done.log.split()) == ["err", "out"]


async def test_s8_an_image_is_pulled_once_by_its_digest_from_the_feed_with_its_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1, P2, V5: the registry wants a login, which is in no argument; the digest is fixed and shown."""
    monkeypatch.setenv("OCTOTUI_TEST_TOKEN", "pass-word-1")
    with registry("ann:pass-word-1") as there:
        digest = there.add("tools", "1.0.0", file_system(there.host))
        there.add("tools", "1.2.0", file_system("two"))
        feed = Feed(registry=there.address, username="ann", token_env="OCTOTUI_TEST_TOKEN")
        image = f"{there.host}/tools:1.0.0"
        first = box("cat /version", image, feed="images", name="First")
        declared = space(first, replace(first, name="Second"), feeds={"images": feed})
        try:
            done = await played(declared, tmp_path)
            assert [each.state for each in done.jobs] == ["succeeded"] * 3, done.logs
            assert done.log == there.host
            assert len(there.pulls) == len(set(there.pulls)) == 2
            assert done.jobs[0].packages == ((f"container:{image}", digest),)
            assert f"worker1 has {image} now: {digest}" in done.logs[done.jobs[0].id]
            assert "pass-word-1" not in json.dumps(done.logs)
        finally:
            forget(f"{there.host}/tools")


async def test_s8_what_a_registry_refuses_fails_the_run_before_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry("ann:right") as there:
        there.add("tools", "1.0.0", file_system())
        plain = {"images": Feed(registry=there.address)}
        step = box("echo ran", "#{Image}", feed="images")
        declared = space(step, feeds=plain, variables={"Image": (Value(value=f"{there.host}/tools:1.0.0"),)})
        done = await played(declared, tmp_path)
    assert done.run.state == "failed"
    assert "the registry refuses" in done.run.reason
    assert "ran" not in json.dumps(done.logs)


async def test_s8_an_image_that_has_changed_is_said(tmp_path: Path) -> None:
    with registry() as there:
        there.add("tools", "latest", file_system("one"))
        feeds = {"images": Feed(registry=there.address)}
        variables = {"Image": (Value(value=f"{there.host}/tools:latest"),)}
        declared = space(box("cat /version", "#{Image}", pull="always"), feeds=feeds, variables=variables)
        try:
            async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
                await session.send(StartRun(process="a", requester="ann"))
                await ended(session)
                first = podman("images", "--quiet", f"{there.host}/tools")
                there.add("tools", "latest", file_system("two"))
                await session.send(StartRun(process="a", requester="ann"))
                await ended(session)
                done = await _read(session, "run-2")
                podman("rmi", "--force", first)
        finally:
            forget(f"{there.host}/tools")
    assert done.log == "two"
    assert f"{there.host}/tools:latest is another image than worker1 had" in done.jobs[0].warnings[0]


async def test_s8_a_dockerfile_is_built_once_and_named_by_its_content(tmp_path: Path) -> None:
    text = f"FROM {IMAGE}\nENV MADE=built\nRUN echo words >/words\n"
    image = f"{BUILT}:0123456789abcdef"
    step = box("cat /words; echo $MADE", image, dockerfile=text)
    try:
        done = await played(space(step, replace(step, name="Again")), tmp_path)
        assert done.log == "words\nbuilt\n", done.logs
    finally:
        forget(image)


async def test_s8_an_image_that_is_nowhere_says_so(tmp_path: Path) -> None:
    done = await played(space(box("echo", "localhost/octotui-nowhere:1", pull="never")), tmp_path)
    assert done.run.state == "failed"
    assert "worker1 has no image localhost/octotui-nowhere:1, and pull" in done.run.reason


async def test_s8_a_worker_without_an_engine_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs_of_busybox(tmp_path / "bin")))
    done = await played(space(box("echo")), tmp_path)
    assert "worker1 has no podman and no docker" in done.run.reason


async def test_s8_docker_is_taken_where_there_is_no_podman(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Podman plays docker, whose command line it has: what differs is said to it as to docker."""
    programs = programs_of_busybox(tmp_path / "bin")
    (programs / "docker").symlink_to(PODMAN or "")
    monkeypatch.setenv("PATH", str(programs))
    done = await played(space(box("echo ran; exit 3")), tmp_path)
    assert (done.log, done.job.exit_code) == ("ran\n", 3), done.logs
