"""S8, R6: a script in a container changes nothing that its worker calls, and reads what it was given."""

import asyncio
import base64
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, StartRun
from octotui.model.machines.accounts import SshSettings
from octotui.model.space import Model, Worker
from octotui.runtime.open_space import open_space
from octotui.workers import reaching
from tests.podman import CONFIG, PODMAN, containered, containers_of, podman
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.test_containers import _read, box, played, space, until
from tests.sshd import MakeSshd, needs_sshd
from tests.workers.agents import end_agents
from tests.workers.shell_machines import programs_of_busybox

pytestmark = [pytest.mark.usefixtures("containered"), pytest.mark.xdist_group("podman")]
__all__ = ["containered"]

REWRITE = """
for each in $OCTOTUI_VALUES $0 $PWD/x; do
    while each=${each%/*} && [ "$each" ]; do
        for file in script record spool errors values main memo boot pid; do
            [ "$each/$file" = "$0" ] || echo "touch @; pid 1; exit 0" >"$each/$file"
        done
        rm -f "$each/errors"
        ln -s @secret "$each/errors"
    done
done 2>/dev/null
echo rewritten
"""


@pytest.fixture(autouse=True)
def without_agents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(reaching, "FIRST", 0.05)
    yield
    end_agents(tmp_path)


Place = Callable[[Model], Model]


@pytest.fixture(
    params=["agent", "each", pytest.param("ssh", marks=needs_sshd), pytest.param("sh", marks=needs_sshd)]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where scripts run: here by an agent or a supervisor each, over SSH by an agent or by busybox alone."""
    if request.param in ("agent", "each"):
        return lambda declared: replace(declared, engine=replace(declared.engine, supervisor=request.param))
    make_sshd: MakeSshd = request.getfixturevalue("make_sshd")
    given = f"SetEnv HOME={tmp_path / 'machine' / 'home'} CONTAINERS_CONF={CONFIG}"
    if request.param == "sh":
        programs = programs_of_busybox(tmp_path / "programs")
        (programs / "podman").symlink_to(PODMAN or "")
        given += f" PATH={programs}"
    workers = {"worker1": Worker(name="worker1", endpoint=make_sshd(given).endpoint)}
    return lambda declared: replace(declared, workers=workers, ssh=SshSettings(keep_alive=0.3))


async def test_s8_a_script_rewrites_nothing_of_what_runs_it(tmp_path: Path, place: Place) -> None:
    """The shell that has started its container goes on with its own script, record and output."""
    touched, secret = tmp_path / "touched", tmp_path / "touchedsecret"
    secret.write_text("of the host\n")
    padding = "# padding\n" * 2000  # more than a shell reads at once
    body = f"{REWRITE.replace('@', str(touched))}{padding}exit 5\n"
    done = await played(place(space(box(body))), tmp_path / "state")
    assert (done.job.state, done.job.exit_code) == ("failed", 5), done.log
    assert "rewritten\n" in done.log
    assert "of the host" not in done.log
    assert not touched.exists()


async def test_s8_what_a_script_has_written_misdirects_no_signal(tmp_path: Path, place: Place) -> None:
    """S5: neither a cancelled container nor a process of the host goes by what stands in it."""
    body = (
        REWRITE.replace("@", str(tmp_path / "touched"))
        + "trap '' TERM; echo there; while :; do sleep 0.1; done"
    )
    bystander = await asyncio.create_subprocess_exec("sleep", "100")
    body = body.replace("pid 1;", f"pid {bystander.pid};")
    declared = place(space(box(body, grace=0.5)))
    async with (
        asyncio.timeout(60),
        open_space(declared, tmp_path / "state", "ann", time.time) as session,
    ):
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        await session.send(CancelRun(run="run-1", by="ann"))
        await ended(session)
        done = await _read(session, "run-1")
    assert done.job.state == "cancelled", done.log
    assert bystander.returncode is None
    bystander.kill()
    await bystander.wait()
    assert containers_of(tmp_path) == []


def asking(path: str, name: str) -> str:
    """A service message, as any program can print it."""
    coded = (base64.b64encode(each.encode()).decode() for each in (path, name, "1"))
    return "echo \"##octopus[createArtifact path='{}' name='{}' length='{}']\"\n".format(*coded)


async def test_v7_a_script_has_no_file_of_its_worker_kept(tmp_path: Path, place: Place) -> None:
    """What is kept is below its workspace or a mount; what is lost with the container is said."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("mounted")
    (tmp_path / "secret").write_text("of the host")
    secret = tmp_path / "secret"
    body = (
        asking(str(secret), "named")
        + asking("../values", "values")
        + asking("/data/../secret", "mount")
        + f"ln -s {secret} link; ln -s {tmp_path} folder; ln -s {tmp_path} /data/folder\n"
        + asking("link", "link")
        + asking("folder/secret", "folder")
        + asking("/data/folder/secret", "mounted-folder")
        + "echo own >/tmp/inside; new_octopusartifact /tmp/inside\n"
        + "echo mine >mine; new_octopusartifact mine; new_octopusartifact /data/file\n"
        + asking("mine", "relative")
    )
    step = box(body, mounts=(f"{tmp_path / 'data'}:/data",))
    done = await played(place(space(step)), tmp_path / "state")
    assert [(each.name, each.size) for each in done.job.artifacts] == [
        ("mine", 5),
        ("file", 7),
        ("relative", 5),
    ]
    assert len(done.job.warnings) == 7, done.job.warnings
    outside = "was not kept: it must be below the workspace, or below a folder that the step mounts"
    for name in ("named", "values", "mount", "inside"):
        assert any(f"the artifact {name} {outside}" in each for each in done.job.warnings), done.job.warnings


async def test_v5_what_a_script_gets_of_its_worker_is_not_recorded_by_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V9: and it has every letter of it."""
    value = "it's a 'secret'\n$HOME \\ \"x\" 'y"
    monkeypatch.setenv("OCTOTEST_PASSED", value)
    monkeypatch.setenv("OCTOTEST_OTHER", "other\nOCTOTEST_FAKE=1")
    body = 'echo "<$OCTOTEST_PASSED>"; echo "${OCTOTEST_FAKE-unset}"; echo there; sleep 100'
    declared = space(box(body))
    declared = replace(declared, engine=replace(declared.engine, environment=("OCTOTEST_*",)))
    async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        (name,) = containers_of(tmp_path)
        assert "secret" not in podman("inspect", name)
        assert "OCTOTEST" not in podman("inspect", name)
        for each in ("script", "environment", "passed", "values"):
            (file,) = tmp_path.rglob(f"inside/{each}")
            assert file.stat().st_mode & 0o777 == 0o600, file
        await session.send(CancelRun(run="run-1", by="ann"))
        await ended(session)
        done = await _read(session, "run-1")
    assert done.log.startswith(f"<{value}>\nunset\nthere\n")
    assert os.environ["OCTOTEST_PASSED"] == value
