"""R4: spaces whose jobs an agent or supervisors run, opened by an octotui that starts them otherwise."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.model.process import Runbook
from octotui.model.space import Supervisor
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from octotui.workers import reaching
from octotui.workers.agent_client import agents, connection
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.served import until
from tests.runtime.test_open_space import crashing_by, start
from tests.workers.agents import end_agents, living
from tests.world import script


def told(session: Session) -> str:
    """Why the machine of the job that hangs is away."""
    outage = session.state.jobs["job-1.1"].outage
    return outage.reason if outage else ""


async def leave_one_that_hangs(folder: Path, kind: Supervisor) -> None:
    async with open_space(crashing_by(kind), folder, "ann", time.time) as session:
        await start(session, "hang")
        log = session.log_path("run-1", "job-1.1")
        await until(lambda: log.exists() and log.read_text().count("\n") == 2)


@pytest.mark.parametrize("kind", get_args(Supervisor))
async def test_r4_what_was_started_otherwise_is_taken_up(tmp_path: Path, kind: Supervisor) -> None:
    """As by an earlier version, or before the model was changed; what is started next goes by the model."""
    await leave_one_that_hangs(tmp_path, kind)
    others: dict[Supervisor, Supervisor] = {"agent": "each", "each": "agent"}
    async with open_space(crashing_by(others[kind]), tmp_path, "ann", time.time) as session:
        assert session.state.jobs["job-1.1"].state == "running"
        (tmp_path / "go").touch()
        await ended(session)
        job = (await session.family("run-1")).jobs["job-1.1"]
        log = session.log_path("run-1", "job-1.1").read_text().split()
    assert (job.state, job.exit_code, job.attempt) == ("succeeded", 0, 1)
    assert (log[0], log[2:]) == ("begun", ["went"])
    assert not [*tmp_path.glob("test/workers/*/work/*-*.*")]


@pytest.mark.parametrize("kind", get_args(Supervisor))
async def test_r4_a_space_opens_without_its_agent_and_says_what_it_waits_for(
    tmp_path: Path, kind: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M1: the agent was stopped; what it runs goes on with it, and other jobs need it not."""
    await leave_one_that_hangs(tmp_path, "agent")
    (agent,) = living(tmp_path)
    monkeypatch.setattr(agents, "LOOKING", 0.3)
    monkeypatch.setattr(agents, "SILENCE", 0.3)
    monkeypatch.setattr(connection, "CLOSING", 0.3)
    monkeypatch.setattr(connection, "FRESH", 0.0)
    monkeypatch.setattr(reaching, "FIRST", 0.1)
    monkeypatch.setattr(reaching, "MOST", 0.1)
    declared = crashing_by(kind)
    other = Runbook(name="Other", steps=(script("Other"),))
    declared = replace(declared, runbooks=declared.runbooks | {"other": other})
    os.kill(agent, signal.SIGSTOP)
    try:
        async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
            said = f"the agent (pid {agent}) does not answer"
            await until(lambda: told(session) == said)
            await session.send(StartRun(process="other", requester="ann"))
            async for state in session.states():  # which are on disk
                if "run-2" not in state.runs:
                    break
            assert (await session.family("run-2")).runs["run-2"].state == "succeeded"
            assert session.state.jobs["job-1.1"].state == "running"
            os.kill(agent, signal.SIGCONT)
            (tmp_path / "go").touch()
            await ended(session)
            job = (await session.family("run-1")).jobs["job-1.1"]
        assert (job.state, job.attempt) == ("succeeded", 1)
    finally:
        end_agents(tmp_path)
