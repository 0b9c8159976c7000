"""A small world to drive the core in: virtual time, and outcomes as the steps' `simulate` says."""

import heapq
from typing import TypeVar

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.commands import Command
from octotui.engine.events import AnyEvent, JobStarted, JobStopping, RunQueued
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import Answer, JobEnd, Outcome, Run, State, next_deadline, step_of
from octotui.model.process import Manual, Requirement, Rolling, Runbook, Script, Simulate, StartRunbook, Step
from octotui.model.space import Engine, Environment, Model, Pool, Space, Target, Team, Worker

E = TypeVar("E")
START = 1_000_000.0
TARGETS = {
    **{f"web{number}": Target(name=f"Web {number}", roles=("web",)) for number in range(1, 5)},
    "db1": Target(name="DB 1", roles=("db",), environments=("production",)),
}


class World:
    """A State, the events so far, and jobs that end after their simulated time."""

    def __init__(self, model: Model, state: State | None = None) -> None:
        self.state = state or State()
        self.now = START
        self.events: list[AnyEvent] = []
        self.running: list[tuple[float, int, str, int, Outcome]] = []
        self.send(commands.LoadModel(model))

    def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Send a command now; what it starts runs in virtual time."""
        self.state, events = advance(self.state, command, self.now)
        self.events.extend(events)
        for event in events:
            self._perform(event)
        return events

    def _perform(self, event: AnyEvent) -> None:
        match event:
            case RunQueued() if event.run in self.state.runs:
                needed = self.state.runs[event.run].needs_packages
                if needed:
                    versions = {each: each.partition("@")[2] or "1.0.0" for each in needed}
                    self.send(commands.ChoosePackages(run=event.run, versions=versions))
            case JobStarted() if event.job in self.state.jobs:
                job = self.state.jobs[event.job]
                if job.kind in ("script", "acquire"):
                    step = step_of(self.state, job)
                    simulate = (step.simulate if step else None) or Simulate(takes=2.0)
                    failed = simulate.result == "failure"
                    outcome = (
                        Outcome(state="failed", exit_code=1, reason="exit code 1")
                        if failed
                        else Outcome(state="succeeded", exit_code=0)
                    )
                    self._after(simulate.takes, event.job, event.attempt, outcome)
            case JobStopping() if event.job in self.state.jobs:
                self._after(0.5, event.job, self.state.jobs[event.job].attempt, Outcome(state="cancelled"))
            case _:
                pass

    def _after(self, seconds: float, job: str, attempt: int, outcome: Outcome) -> None:
        heapq.heappush(self.running, (self.now + seconds, len(self.events), job, attempt, outcome))

    def step(self) -> bool:
        """Let the next thing in time happen; False where nothing is left."""
        due = next_deadline(self.state)
        if self.running and (due is None or self.running[0][0] <= due):
            self.now, _, job, attempt, outcome = heapq.heappop(self.running)
            self.send(commands.ReportOutcome(job=job, attempt=attempt, outcome=outcome))
            return True
        if due is not None:
            self.now = max(self.now, due)
            self.send(commands.Tick())
            return True
        return False

    def run_until(self, moment: float) -> None:
        """Go on until so many seconds after the start."""
        while True:
            due = next_deadline(self.state)
            times = [each for each in (due, self.running[0][0] if self.running else None) if each is not None]
            if not times or min(times) > START + moment:
                break
            self.step()
        self.now = START + moment

    def run_out(self) -> None:
        """Go on until nothing moves any more."""
        while self.step():
            pass

    def start(self, process: str, **where: object) -> str:
        """Start a run, and say its id."""
        events = self.send(commands.StartRun(process=process, requester="ann", **where))  # type: ignore[arg-type]
        return next(each.run for each in events if isinstance(each, RunQueued))

    def take(self, user: str = "ann", name: str = "") -> tuple[AnyEvent, ...]:
        """Take a question, the oldest open one where none is named."""
        line = self.state.asking.first()
        assert line is not None, "nobody asks"
        return self.send(commands.TakeInterruption(interruption=name or line[1], user=user))

    def answer(
        self,
        answer: Answer = "proceed",
        notes: str = "",
        user: str = "ann",
        values: dict[str, str] | None = None,
    ) -> tuple[AnyEvent, ...]:
        """Take the oldest open question, if nobody has, and answer it."""
        line = self.state.asking.first()
        assert line is not None, "nobody asks"
        question = self.state.interruptions[line[1]]
        if question.responsible is None:
            self.send(commands.TakeInterruption(interruption=question.id, user=user))
        answered = commands.AnswerInterruption(
            interruption=question.id, user=user, answer=answer, notes=notes, values=values or {}
        )
        return self.send(answered)

    def report(self, job: str, state: JobEnd = "succeeded", **more: object) -> tuple[AnyEvent, ...]:
        """An executor's report on the present attempt of a job."""
        outcome = Outcome(state=state, **more)  # type: ignore[arg-type]
        attempt = self.state.jobs[job].attempt
        return self.send(commands.ReportOutcome(job=job, attempt=attempt, outcome=outcome))

    @property
    def past(self) -> State:
        """Everything there has been, ended runs too."""
        return replay(self.events)

    def run(self, name: str) -> Run:
        """A run, though it may have ended."""
        return self.past.runs[name]

    def steps(self, name: str) -> list[str]:
        """How far the steps of a run are."""
        return [each.state for each in self.run(name).progress.steps]

    def happened(self, kind: type[E]) -> list[E]:
        """The events of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def workers(self) -> dict[str, dict[str, str]]:
        """Which worker each step of each run got, over all events."""
        return {
            run.id: {
                run.runbook.steps[index].name: run.selection.picks[progress.pick].worker
                for index, progress in enumerate(run.progress.steps)
                if progress.pick is not None and progress.jobs
            }
            for run in self.past.runs.values()
        }

    def ends(self) -> dict[str, str]:
        """How each run stands, over all events."""
        return {run.id: run.state for run in self.past.runs.values()}


def replay(events: list[AnyEvent]) -> State:
    """The State that the events lead to, with ended runs kept."""
    state = State(keep_ended=True)
    for event in events:
        state = evolve(state, event)
    return state


def script(name: str, **more: object) -> Step:
    """A step that runs a script."""
    return Step(name=name, **{"action": Script(body="true"), "pool": "setup", **more})  # type: ignore[arg-type]


def child(
    name: str, runbook: str, *, environment: str | None = None, wait: bool = False, **more: object
) -> Step:
    """A step that starts a runbook."""
    action = StartRunbook(runbook=runbook, environment=environment, wait=wait)
    return Step(name=name, action=action, **{"pool": "setup", **more})  # type: ignore[arg-type]


def manual(
    name: str, teams: tuple[str, ...] = (), instructions: str = "May this go on?", **more: object
) -> Step:
    """A step that asks."""
    return Step(name=name, action=Manual(instructions=instructions, teams=teams), **more)  # type: ignore[arg-type]


def on_targets(name: str, *roles: str, **more: object) -> Step:
    """A step that runs a script on each target with one of the roles."""
    return script(name, pool=None, roles=roles, **{"on": "target", **more})


def rolling(name: str, roles: tuple[str, ...], *children: Step, **more: object) -> Step:
    """A step whose child steps go through one target before the next."""
    return Step(name=name, action=Rolling(steps=children), roles=roles, on="target", **more)  # type: ignore[arg-type]


def packages(*names: str) -> tuple[Requirement, ...]:
    """Requirements, written `tools` or `tools@1.2.0`."""
    return tuple(Requirement(name.partition("@")[0], name.partition("@")[2] or None) for name in names)


def model(runbooks: dict[str, list[Step] | Runbook], workers: int = 3, **more: object) -> Model:
    """A space with the pool `setup` of worker1, worker2 …, four environments, and these runbooks.

    Where steps have roles, there are the targets web1 to web4 and db1.
    """
    names = [f"worker{number}" for number in range(1, workers + 1)]
    declared = {
        "space": Space("Test", "test"),
        "pools": {"setup": Pool(name="Setup", workers=tuple(names))},
        "workers": {name: Worker(name=name) for name in names},
        "environments": {
            slug: Environment(name=slug.title()) for slug in ("development", "test", "staging", "production")
        },
        "teams": {"finance": Team(name="Finance", members=("ann",)), "anyone": Team(name="Anyone")},
        "runbooks": {
            slug: each if isinstance(each, Runbook) else Runbook(name=slug.title(), steps=tuple(each))
            for slug, each in runbooks.items()
        },
    }
    if any(step.roles for each in declared["runbooks"].values() for step in each.steps):  # type: ignore[attr-defined]
        declared["targets"] = TARGETS
    return Model(**{**declared, **more})  # type: ignore[arg-type]


def engine(**more: int | str) -> dict[str, Engine]:
    """Limits for a model."""
    return {"engine": Engine(**more)}  # type: ignore[arg-type]
