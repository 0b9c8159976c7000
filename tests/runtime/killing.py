"""Kills octotui at chosen moments of a scenario, opens its space again, and says what came of all of it.

`python -m tests.runtime.killing FOLDER SEED COUNT WHO` is a warm process that forks for every octotui; it
prints a line of JSON for each difference from an undisturbed run, and a last one with what it did. WHO is
killed is `supervised`: octotui, whose jobs have a supervisor each; `session`: octotui, whose jobs have an
agent; `agent`: the agent alone; `both`. A job that is lost because its agent was killed is tried again, and
differs in that.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from msgspec.structs import replace

from octotui.engine.commands import AnswerInterruption, CancelRun, StartRun, TakeInterruption
from octotui.engine.events import JobEnded, JobStarted
from octotui.engine.state import Job, Run, State
from octotui.model.process import Runbook, Script, Step
from octotui.model.space import Model, Supervisor, Value
from octotui.model.values import Secret
from octotui.runtime import effects, session
from octotui.runtime.jobs import resume_record, script_jobs
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session
from octotui.store import artifacts, workspace_index
from octotui.store.journal import writer
from octotui.store.journal.journal import JournalReader
from octotui.store.logs import log_writer
from octotui.store.logs.line_levels import LevelReader
from octotui.workers.agent import regular_files
from octotui.workers.agent.relay import starting
from octotui.workers.agent_client import agents
from octotui.workers.agent_client import attempt as agent_attempt
from octotui.workers.agent_client import connection as agent_connection
from octotui.workers.agent_client.attempt import UNKNOWN
from octotui.workers.local.supervisors import executor, process, workspaces
from tests.runtime.reading import said
from tests.workers.agents import living
from tests.world import child, engine, manual, model, replay, script

SECRET = "correct horse"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "KILLING_SECRET": SECRET}


def _tell(name: str, /, **values: str) -> str:
    return f'echo "{said(name, **values).decode()}"\n'


def _step(name: str, body: str, **more: Any) -> Step:
    """A step that leaves a line beside its own, each time that it runs."""
    return replace(script(name, **more), action=Script(body=f'echo ran >>"$Out/{name}"\n{body}', shell="sh"))


def scenario(out: Path, supervisor: Supervisor) -> Model:
    """Two runs: one with all that jobs do and say, and one that is cancelled while its job runs."""
    talk = (
        "echo one\n"
        + _tell("stdout-warning")
        + "echo careful\n"
        + _tell("stdout-default")
        + _tell("progress", percentage="40", message="so far")
        + 'echo "it is $Password, and"; printf "correct "; echo horse\n'
        + _tell("setVariable", name="Address", value="10.0.0.7")
        + _tell("setVariable", name="Token", value="tell nobody", sensitive="True")
        + "echo tell nobody; echo kept >report\n"
        + _tell("createArtifact", path="report", name="report.txt")
        + _tell("stdout-highlight")
        + "echo high\n"
        + _tell("stdout-default")
        + "printf 'no newline'"
    )
    flaky = 'echo "try"; [ -e "$Out/tried" ] || { : >"$Out/tried"; echo "not yet"; exit 7; }; echo done'
    main = (
        _step("talk", talk),
        _step("beside", "for i in 1 2 3 4 5 6; do echo line $i; done", start="with-previous"),
        _step("flaky", flaky, retries=1, backoff=0.01),
        child("below", "below", wait=True),
        _step("reads", "echo #{Octopus.Action[talk].Output.Address}; echo $Password; kill -9 $$"),
        manual("May it", condition="always"),
        _step("last", 'echo "#{Octopus.Action[May it].Output.Manual.Notes}"; exit 3', condition="always"),
    )
    stays = 'trap "echo bye; exit 3" TERM; echo begun; : >"$Out/begun"; sleep 60 >/dev/null 2>&1 & wait; wait'
    return replace(
        model(
            {
                "main": Runbook(name="Main", steps=main),
                "below": Runbook(name="Below", steps=(_step("under", "echo under"),)),
                "stays": Runbook(name="Stays", steps=(_step("stays", stays),)),
            },
            **engine(task_cap=5, supervisor=supervisor),
        ),
        variables={
            "Out": (Value(value=str(out)),),
            "Password": (Value(kind="sensitive", secret=Secret(env="KILLING_SECRET")),),
        },
    )


async def _play(folder: Path, supervisor: Supervisor) -> None:
    """Be the octotui of the scenario, from wherever it is."""
    out = folder / "out"
    async with open_space(scenario(out, supervisor), folder / "state", "ann", time.time) as opened:
        for number, name in enumerate(("stays", "main")):
            if len(opened.recent()) <= number:
                await opened.send(StartRun(process=name, requester="ann"))
        while (state := opened.state).runs:
            await _answer(opened, state)
            stays = opened.state.runs.get("run-1")
            if stays and stays.state == "executing" and (out / "begun").exists():
                await opened.send(CancelRun(run="run-1", by="ann"))
            await asyncio.sleep(0.002)
        async for state in opened.states():  # raises what has broken down, if anything
            if state is opened.state:  # all of it is on disk
                return


async def _answer(opened: Session, state: State) -> None:
    for question in [each for _, each in state.interruptions.items() if each.open]:
        if question.responsible is None:
            await opened.send(TakeInterruption(interruption=question.id, user="ann"))
        word = "retry" if "retry" in question.choices else "proceed"
        answer = AnswerInterruption(interruption=question.id, user="ann", answer=word, notes="go on")
        await opened.send(answer)


class Killer:
    """Counts what is about to be done, and what was, and kills this process when its moment has come."""

    def __init__(self, moment: int | None, who: str, folder: Path) -> None:
        self.count = 0
        self._moment = moment
        self._who = who
        self._folder = folder

    def here(self) -> None:
        """A moment at which octotui may die."""
        self.count += 1
        if self.count == self._moment:
            if self._who in ("agent", "both"):
                for agent in living(self._folder):
                    os.kill(agent, signal.SIGKILL)
            if self._who != "agent":
                os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, place: Any, name: str) -> None:
        """Die before or after a function."""
        wrapped: Callable[..., Any] = getattr(place, name)

        def around(*arguments: Any, **named: Any) -> Any:
            self.here()
            result = wrapped(*arguments, **named)
            self.here()
            return result

        setattr(place, name, around)

    def tear(self, place: Any, name: str) -> None:
        """Die before, after and in the middle of a write."""
        wrapped: Callable[..., Any] = getattr(place, name)

        def torn(file: int, body: bytes, *where: int) -> None:
            self.here()
            if self.count + 1 == self._moment and self._who != "agent":
                wrapped(file, body[: len(body) // 2], *where)
            self.here()
            wrapped(file, body, *where)
            self.here()

        setattr(place, name, torn)


def arm(killer: Killer) -> None:
    """Make every step that leaves something behind a moment to die at."""
    for place, name in (
        (writer.Writer, "put"),
        (writer.Writer, "_commit"),
        (writer.Tables, "add"),
        (session.Session, "_apply"),
        (session.Session, "_after_commit"),
        (effects.EffectRunner, "perform"),
        (effects.EffectRunner, "inspect"),
        (effects.EffectRunner, "resume"),
        (script_jobs.ScriptJobs, "clean"),
        (process.os, "posix_spawn"),
        (process.Process, "_kill_rest"),
        (process.Process, "_outcome"),
        (process.Process, "stop"),
        (executor.SupervisorExecutor, "_in_thread"),
        (executor.SupervisorExecutor, "clean"),
        (workspaces.Workspace, "fill"),
        (workspaces.Workspace, "opened"),
        (workspaces.Workspaces, "take"),
        (workspaces.Workspace, "drop_values"),
        (workspaces.os, "ftruncate"),
        (workspace_index.WorkspaceIndex, "_keep"),
        (workspace_index.Path, "replace"),
        (artifacts, "_new"),
        (artifacts, "write_all"),
        (log_writer.LogWriter, "append"),
        (agents.Agents, "add"),
        (agents.Agents, "forget"),
        (agents.Agents, "stop"),
        (agents.Agents, "keep"),
        (agent_connection.AgentConnection, "_flush"),
        (agent_attempt.AgentAttempt, "take"),
        (agent_attempt.AgentAttempt, "end"),
        (starting, "write_program"),
        (starting, "_spawn"),
    ):
        killer.wrap(place, name)
    for place, name in (
        (workspaces, "write_all"),
        (regular_files, "write_all"),
        (log_writer, "_write"),
    ):
        killer.tear(place, name)


def one(folder: Path, moment: int | None, who: str) -> tuple[bool, int]:
    """Be octotui in a process of its own; whether it came to its end, and how many moments there were."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.environ.clear()
            os.environ.update(ENVIRONMENT)
            killer = Killer(moment, who, folder)
            supervisor: Supervisor = "each" if who == "supervised" else "agent"
            arm(killer)
            asyncio.run(asyncio.wait_for(_play(folder, supervisor), 60))
            os.write(tell, str(killer.count).encode())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(tell)
    count = os.read(told, 20)
    os.close(told)
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, -signal.SIGKILL):
        raise AssertionError(f"octotui broke down in {folder}")
    return status == 0, int(count or 0)


def came_of(folder: Path) -> dict[str, Any]:
    """All that people, and the world, have of it in the end; without times."""
    space = folder / "state" / "test"
    end = time.monotonic() + 30
    while list(living(folder)) and time.monotonic() < end:
        time.sleep(0.005)
    events = list(JournalReader(space / "journal.sqlite").read())
    state = replay(events)
    found: dict[str, Any] = {
        "started": sorted(f"{each.job} {each.attempt}" for each in events if isinstance(each, JobStarted)),
        "ended": sorted(each.job for each in events if isinstance(each, JobEnded)),
        "agents": list(living(folder)),
        "left": sorted(path.name for path in space.glob("workers/*/work/*")),
    }
    found |= {name: _of_run(run) for name, run in state.runs.items()}
    found |= {name: _of_job(job) for name, job in state.jobs.items()}
    for name, question in state.interruptions.items():
        found[name] = [question.answer, question.notes, question.responsible]
    for path in [*(folder / "out").iterdir(), *(space / "artifacts").glob("*/*/*")]:
        found[str(path.relative_to(folder))] = path.read_text()
    for path in (space / "logs").glob("*/*.log"):
        found[f"log {path.name}"] = path.read_bytes().decode()
        found[f"levels {path.name}"] = _levels(path)
    return found


def _of_run(run: Run) -> list[Any]:
    steps = [(each.state, each.reason) for each in run.progress.steps]
    picks = [(each.pool, each.worker) for each in run.selection.picks]
    return [run.state, run.reason, run.progress.outputs, run.progress.warnings, steps, picks]


def _of_job(job: Job) -> list[Any]:
    tries = [(each.reason, each.exit_code) for each in job.attempts]
    kept = [(each.name, each.size) for each in job.artifacts]
    told = [job.warnings, job.highlights, job.progress, kept]
    return [job.state, job.attempt, job.exit_code, job.reason, job.worker, tries, told]


def _levels(log: Path) -> list[str]:
    reader = LevelReader(log)
    reader.refresh()
    return [reader.of(line) for line in range(len(log.read_bytes().splitlines()))]


def _new(base: Path, name: str) -> Path:
    folder = base / name
    (folder / "out").mkdir(parents=True)
    return folder


def excused(expected: dict[str, Any], found: dict[str, Any], folder: Path) -> set[str]:
    """The keys of what differs since jobs were lost with their agent, and were tried again.

    Each of these was lost for that reason, and each of its attempts has run once at most.
    """
    keys: set[str] = set()
    for name, job in found.items():
        if name.startswith("job-") and job[0] == "cancelled" and job[2] is None:
            keys.add(name)  # it was ended, and nobody has seen with which code
        if not name.startswith("job-") or not any(
            reason in str(each) for reason in (UNKNOWN, resume_record.KILLED) for each in job[5]
        ):
            continue
        run = name.partition("-")[2].partition(".")[0]
        keys |= {name, f"run-{run}", f"log {name}.log", f"levels {name}.log", "started", "ended"}
        mine = ("out/", "question-", "interruption-", f"state/test/artifacts/run-{run}/{name}/")
        keys |= {each for each in found if each.startswith(mine)}
        for path in (folder / "out").iterdir():
            assert path.read_text().count("ran") <= job[1] + 2, path
    return keys


def main(base: Path, seed: int, count: int, who: str) -> None:
    """Kill it so many times, at moments that a seed chooses; some of those that took over are killed, too."""
    random = Random(seed)
    untouched = _new(base, "untouched")
    _, moments = one(untouched, None, who)
    expected = came_of(untouched)
    kills = differences = lost = 0
    for number in range(count):
        folder = _new(base, str(number))
        again = random.randint(1, moments // 4) if random.random() < 0.4 else None
        killed_at = [random.randint(1, moments), again, None]
        for moment in killed_at:
            over, _ = one(folder, moment, who)
            kills += moment is not None
            if over:
                break
        found = came_of(folder)
        fine = excused(expected, found, folder) if who in ("agent", "both") else set()
        lost += bool(fine)
        wrong = {key: (expected.get(key), found.get(key)) for key in expected | found if key not in fine}
        wrong = {key: both for key, both in wrong.items() if both[0] != both[1]}
        if wrong:
            differences += 1
            told = {"seed": seed, "folder": str(folder), "killed at": killed_at, "wrong": wrong}
            print(json.dumps(told, default=repr))
        else:
            shutil.rmtree(folder)
    done = {"moments": moments, "plays": count, "kills": kills, "differences": differences, "lost": lost}
    print(json.dumps(done))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
