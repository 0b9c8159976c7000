"""All that is seen of what a model does: events, what scripts are given, trees, lists; nothing is started."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Refused, ReportOutcome, StartRun
from octotui.engine.events import AnyEvent, JobStarted, ModelLoaded, ReleaseCreated, RunQueued
from octotui.engine.state import Outcome, step_of
from octotui.engine.state.releases import requirements
from octotui.model.process import Runbook
from octotui.model.space import Model
from octotui.runtime.jobs.job_script import script_work
from octotui.variables.budget import Budget
from octotui.views import pools, questions, schedules, start_choices, variables
from octotui.views.labels import UNICODE
from octotui.views.tree import run_tree
from tests.world import World

PLACES = ({"environment": "production", "tenant": "contoso"}, {"environment": "test"})
SECOND = "9.0.0"


class Observed(World):
    """A world in which every script sets `Size`, or fails, and what it is given is noted."""

    def __init__(self, model: Model, *, fails: bool = False) -> None:
        self.fails = fails
        self.seen: list[str] = []
        super().__init__(model)

    def _perform(self, event: AnyEvent) -> None:
        if isinstance(event, JobStarted) and self.state.jobs[event.job].kind == "script":
            job = self.state.jobs[event.job]
            work = script_work(self.state, job, "/work", self.now, {}, {}, "/work/packages", Budget())
            self.seen.append(repr(work))
        super()._perform(event)

    def _after(self, seconds: float, job: str, attempt: int, outcome: Outcome) -> None:
        if outcome.state == "succeeded":
            outcome = replace(outcome, outputs={"Size": "94"})
        step = step_of(self.state, self.state.jobs[job])
        if self.fails and step is not None and step.name not in SOUND:
            outcome = Outcome(state="failed", exit_code=1, reason="exit code 1")
        super()._after(seconds, job, attempt, outcome)

    def tell(self) -> None:
        """Note how things look at this moment."""
        for name in sorted(self.state.runs):
            self.seen += run_tree.as_lines(run_tree.rows(self.state, name, self.now), UNICODE)
            self.seen += map(repr, variables.of_run(self.state, name))
        self.seen += map(repr, questions.rows(self.state, "ann", self.now))

    def play(self) -> None:
        """Go on to the end, and answer what is asked: proceed, ignore, or else fail."""
        for _ in range(1000):
            if self.step():
                continue
            line = self.state.asking.first()
            if line is None:
                return
            self.tell()
            if not any(self._answers(answer, user) for user in ("ann", "ben", "eve") for answer in ANSWERS):
                return

    def _answers(self, answer: Any, user: str) -> bool:
        line = self.state.asking.first()
        assert line is not None
        question = self.state.interruptions[line[1]]
        if answer not in question.choices:
            return False
        with suppress(Refused):
            if question.responsible not in (None, user):
                return False
            self.answer(answer, user=user)
            return True
        return False

    def attempt(self, **start: Any) -> None:
        """Start a run, or note why it may not be."""
        try:
            self.send(StartRun(requester="ann", **start))
        except Refused as refused:
            self.seen.append(str(refused))

    @property
    def text(self) -> str:
        """All that was seen."""
        return "\n".join((*self.seen, *map(repr, _without_models(self.events))))


SOUND = ("Before", "Pack", "Pack there")
"""Steps whose scripts succeed, also where others fail."""

ANSWERS = ("proceed", "ignore", "fail")


def _without_models(events: list[AnyEvent]) -> Iterator[AnyEvent]:
    """What happened, without what was declared."""
    for event in events:
        match event:
            case ModelLoaded():
                pass
            case RunQueued(release=release) | ReleaseCreated(release=release) if release is not None:
                yield replace(event, release=replace(release, definition=Runbook(name="")))
            case _:
                yield event


def observed(model: Model, process: str = "r") -> str:
    """What is seen of runs of a process that succeed, fail, are left out, wait for others, are cancelled."""
    return "\n".join(
        (
            _played(model, process, fails=False),
            _played(model, process, fails=True),
            _cancelled(model, process),
            _unwell(model, process),
            *_left_out(model, process),
            *_listed(model),
        )
    )


def _played(model: Model, process: str, *, fails: bool) -> str:
    world = Observed(model, fails=fails)
    for place in PLACES:
        world.attempt(process=process, **_release(world, process), **place)
    world.run_until(1.0)
    if "pack" in model.runbooks:
        world.attempt(process="pack")  # has the locks of machines when the next steps want them
    for schedule in model.schedules:
        with suppress(Refused):
            world.send(commands.StartDue(schedule=schedule, due=world.now))
    world.run_until(1.5)
    world.tell()
    world.play()
    return world.text


def _release(world: Observed, process: str) -> dict[str, str]:
    """The release that is deployed, where the process is a project."""
    if process not in world.state.model.projects:
        return {}
    definition = world.state.model.projects[process].deployment
    versions = {each.text: "1.0.0" for each in requirements(definition)}
    try:
        events = world.send(commands.CreateRelease(process=process, versions=versions))
    except Refused as refused:
        world.seen.append(str(refused))
        return {}
    return {"release": next(each.release.version for each in events if isinstance(each, ReleaseCreated))}


def _cancelled(model: Model, process: str) -> str:
    world = Observed(model)
    world.attempt(process=process, **_release(world, process), **PLACES[0])
    world.run_until(3.0)
    with suppress(Refused):
        world.send(commands.CancelRun(run="run-1", by="ann"))
    for name, job in sorted(world.state.jobs.items()):
        if job.state == "running":
            world.send(ReportOutcome(job=name, attempt=job.attempt, outcome=Outcome(state="cancelled")))
    world.play()
    return world.text


def _unwell(model: Model, process: str) -> str:
    """A run that a machine is not there for."""
    world = Observed(model)
    for target in [slug for slug in model.targets if slug == "db1"]:
        world.send(commands.ReportHealth(worker=target, health="unhealthy"))
    world.attempt(process=process, **_release(world, process), **PLACES[0])
    world.play()
    return world.text


def _left_out(model: Model, process: str) -> Iterator[str]:
    declared = model.process(process)
    for step in declared.steps if declared else ():
        world = Observed(model)
        world.attempt(process=process, skip=(step.name,), **_release(world, process), **PLACES[0])
        world.play()
        yield world.text


def _listed(model: Model) -> Iterator[str]:
    world = Observed(model)
    for slug, pool in model.pools.items():
        yield repr(pools.pool_row(model, slug))
        for worker in pools.members(model, slug, pool):
            yield repr(pools.worker_row(world.state, slug, worker))
    chosen: tuple[str, ...] = ()
    yield repr(start_choices.ask(world.state, chosen))
    for slug in model.projects:
        yield repr(start_choices.ask(world.state, (slug,)))
    yield repr(schedules.schedule_lines(world.state, world.now))
