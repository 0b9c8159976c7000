"""A space whose workers are other machines: real servers of SSH on loopback (M1 to M3)."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.engine.state import State
from octotui.model.machines.accounts import Account, SshSettings
from octotui.model.process import Script
from octotui.model.space import Model, Worker
from octotui.model.toml.read import load
from octotui.model.values import Secret
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from octotui.workers import reaching
from tests.runtime.jobs.test_package_acquisition import ended
from tests.sshd import Login, MakeSshd, Sshd, make_key, needs_sshd
from tests.workers.agents import end_agents
from tests.world import model, script

pytestmark = [needs_sshd, pytest.mark.xdist_group("sshd")]

CONFIGS = Path(__file__).parents[2] / "configs"
LINES = 3000
COUNTING = (
    f"i=0; while [ $i -lt {LINES} ]; do echo line $i; i=$((i + 1)); [ $((i % 100)) = 0 ] && sleep 0.05; done"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(reaching, "FIRST", 0.05)
    monkeypatch.setattr(reaching, "MOST", 0.2)
    yield
    end_agents(tmp_path)


def on(space: Model, *servers: Sshd, name: str = "worker") -> Model:
    """The same space, its workers on these servers."""
    workers = {
        f"{name}{number}": Worker(name=f"{name}{number}", endpoint=server.endpoint)
        for number, server in enumerate(servers, 1)
    }
    return replace(space, workers=space.workers | workers, ssh=SshSettings(keep_alive=0.3))


async def begun(session: Session, said: Callable[[bytes], bool]) -> None:
    """Wait until the only job has printed what is wanted."""
    while True:
        state = session.state
        logs = [session.log_path(job.run, name) for name, job in state.jobs.items()]
        if any(log.exists() and said(log.read_bytes()) for log in logs):
            return
        await asyncio.sleep(0.02)


async def away(session: Session, machine: str, *, is_away: bool = True) -> None:
    """Wait until a job says that its machine is away, or that none is."""

    def says(state: State) -> bool:
        return any(job.outage is not None and job.worker == machine for job in state.jobs.values())

    async for state in session.states():
        if says(state) == is_away:
            return


@pytest.mark.parametrize("how", ["killed", "stopped", "gone for a while"])
async def test_m1_a_connection_that_breaks_in_the_middle_of_a_job(
    make_sshd: MakeSshd, tmp_path: Path, how: str
) -> None:
    """M3: the job goes on, no line is lost or doubled, and its exit code is kept."""
    server = make_sshd()
    space = on(
        model({"a": [script("Count", action=Script(body=f"{COUNTING}; exit 7"))]}), server, server, server
    )
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        run = await started(session, "a")
        await begun(session, lambda text: b"line 500" in text)
        match how:
            case "killed":
                server.cut()
            case "stopped":
                server.pause()
            case _:
                server.stop()
                await away(session, "worker1")
                server.start()
                await away(session, "worker1", is_away=False)
        await ended(session)
        family = await session.family(run)
        server.cut()
        (job,) = family.jobs.values()
        assert (job.state, job.exit_code) == ("failed", 7)
        assert session.log_path(run, job.id).read_text() == "".join(f"line {each}\n" for each in range(LINES))


async def test_m1_a_job_goes_on_while_octotui_is_away(make_sshd: MakeSshd, tmp_path: Path) -> None:
    server = make_sshd()
    space = on(model({"a": [script("Count", action=Script(body=COUNTING))]}), server, server, server)
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        run = await started(session, "a")
        await begun(session, lambda text: b"line 500" in text)
    server.cut()
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        await ended(session)
        family = await session.family(run)
        (job,) = family.jobs.values()
        assert job.state == "succeeded"
        assert session.log_path(run, job.id).read_text() == "".join(f"line {each}\n" for each in range(LINES))


async def test_w5_the_kraken_on_three_machines_of_which_one_is_lost_for_a_while(
    make_sshd: MakeSshd, tmp_path: Path
) -> None:
    servers = [make_sshd(name=f"machine{number}") for number in (1, 2, 3)]
    space = on(load(CONFIGS / "kraken.toml"), *servers)
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        run = await started(session, "unleash")
        await begun(session, lambda text: b"instance" in text)
        servers[1].stop()
        await away(session, "worker2")
        servers[1].start()
        await ended(session)
        family = await session.family(run)
    picks = {each.request.environment: each.selection.picks[0].worker for each in family.runs.values()}
    assert picks == {
        None: "worker1",
        "development": "worker1",
        "test": "worker2",
        "staging": "worker3",
        "production": "worker1",
    }
    assert {each.state for each in family.runs.values()} == {"succeeded"}


async def test_v5_what_an_account_logs_in_with_is_masked_and_not_inherited(
    make_sshd: MakeSshd, login: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_key(login.folder / "deploy", "-N", "correct horse")
    server = make_sshd()
    (server.folder / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    monkeypatch.setenv("DEPLOY_PASSPHRASE", "correct horse")
    account = Account(key=str(key), passphrase=Secret(env="DEPLOY_PASSPHRASE"))
    telling = Script(body='echo "correct horse [$DEPLOY_PASSPHRASE]"; env')
    space = on(model({"a": [script("Tell", action=telling)]}), server, server, server)
    workers = {slug: replace(each, account="deploy") for slug, each in space.workers.items()}
    space = replace(space, workers=workers, accounts={"deploy": account})
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        run = await started(session, "a")
        await ended(session)
        family = await session.family(run)
        (name,) = family.jobs
        printed = session.log_path(run, name).read_text()
    assert printed.startswith("******** []\n")
    assert "correct" not in printed


async def test_the_example(make_sshd: MakeSshd, tmp_path: Path) -> None:
    """configs/ssh.toml: each step on the next machine."""
    servers = [make_sshd(name=f"machine{number}") for number in (1, 2, 3)]
    space = on(load(CONFIGS / "ssh.toml"), *servers, name="web")
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        run = await started(session, "where-am-i")
        await ended(session)
        family = await session.family(run)
        printed = [session.log_path(run, name).read_text() for name in sorted(family.jobs)]
    assert [text.split()[0] for text in printed] == ["web1", "web2", "web3"]
    for number, server in enumerate(servers, 1):
        kept = server.home / ".local" / "share" / "octotui" / "over-ssh"
        assert [each.name for each in kept.iterdir()] == [f"web{number}"]


async def test_w4_a_run_that_is_started_at_once_waits_for_a_check_and_passes_over_what_is_away(
    make_sshd: MakeSshd, tmp_path: Path
) -> None:
    """W8: with its reason."""
    servers = [make_sshd(name=f"machine{number}") for number in (1, 2)]
    servers[0].stop()
    space = on(model({"a": [script("Tell", action=Script(body="echo here"))]}, 2), *servers)
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        events = await session.send(StartRun(process="a", requester="ann"))
        run = str(next(event.run for event in events if hasattr(event, "run")))
        assert "worker2" in session.state.runs[run].selection.checks
        await ended(session)
        family = await session.family(run)
    (pick,) = family.runs[run].selection.picks
    assert pick.worker == "worker2"
    (passed,) = pick.rejected
    assert passed.worker == "worker1"
    assert passed.reason == "not checked yet" or passed.reason.startswith("unavailable: ")
    assert family.runs[run].state == "succeeded"


async def test_w4_a_run_all_of_whose_machines_are_away_fails_with_their_reasons(
    make_sshd: MakeSshd, tmp_path: Path
) -> None:
    """W11: before any step, rather than wait on a machine that is away."""
    server = make_sshd()
    server.stop()
    space = on(model({"a": [script("Never", action=Script(body="echo never"))]}, 1), server)
    async with open_space(space, tmp_path / "state", "ann", time.time) as session:
        events = await session.send(StartRun(process="a", requester="ann"))
        run = str(next(event.run for event in events if hasattr(event, "run")))
        await ended(session)
        family = await session.family(run)
    assert family.runs[run].state == "failed"
    assert "no worker is eligible: worker1 is unavailable: " in family.runs[run].reason
    assert not family.jobs


async def checked(session: Session) -> None:
    """Wait until each worker has been checked, so that none is passed over for another."""
    async for state in session.states():
        if all(name in state.health for name in state.model.workers):
            return


async def started(session: Session, process: str) -> str:
    await checked(session)
    events = await session.send(StartRun(process=process, requester="ann"))
    return str(next(event.run for event in events if hasattr(event, "run")))
