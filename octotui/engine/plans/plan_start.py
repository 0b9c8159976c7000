"""A run that would start now is played to its end beside the open ones, by the engine itself.

It is a forecast (E2) of which more is assumed: steps of the run take what `simulate` says, or a second, where
they have no history, and fail where it says so; its questions are answered as they are raised. Of other runs
only what `simulate` says is assumed, beside their history.
"""

from math import inf

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.decide.create_release import releases_of
from octotui.engine.decide.start_run import requested_prompts
from octotui.engine.estimates.jobs import durations_of, key_of
from octotui.engine.events import AnyEvent
from octotui.engine.forecast import Play
from octotui.engine.plans.assumed_answers import assumed_answer, assumed_values
from octotui.engine.plans.family_record import FamilyRecord
from octotui.engine.plans.start_plan import StartPlan, TakenFrom
from octotui.engine.plans.what_if import AS_IS, ChangedSpace, WhatIf, changed_space
from octotui.engine.state import Job, Outcome, State, in_order, step_of
from octotui.engine.state.machine_leases import with_machines
from octotui.engine.state.releases import Release, images, next_version, requirements
from octotui.model.process import Simulate
from octotui.model.space import Model

MOST_EVENTS = 200_000
"""The events of a plan, by which its cost is bounded; of what comes later nothing is said."""
FAILED = Outcome(state="failed", exit_code=1, reason="exit code 1")


def plan_start(
    state: State,
    model: Model,
    start: StartRun,
    now: float,
    what_if: WhatIf = AS_IS,
    channel: str | None = None,
    most: int = MOST_EVENTS,
) -> StartPlan:
    """Plan a run that starts now; O(`most`) events. Raises Refused."""
    play = begin_plan(state, model, start, now, what_if, channel)
    while play.goes_on(1000, most):
        pass
    return play.plan()


def begin_plan(
    state: State,
    model: Model,
    start: StartRun,
    now: float,
    what_if: WhatIf = AS_IS,
    channel: str | None = None,
) -> "PlanPlay":
    """Return a plan that has only begun: the run is queued. Raises Refused.

    A project without a release is taken as it is, in its default channel without the order of its lifecycle,
    or in a `channel` with it. Prompts that are not answered are given valid values.
    """
    changed = changed_space(state, with_machines(model, state.machine_leases), what_if)
    if start.process in changed.model.projects and start.release is None:
        if channel is None:
            changed = replace(changed, model=replace(changed.model, lifecycles={}))
        release = _release(changed, start.process, channel)
        releases = state.releases.insert(release.key, release)
        changed = replace(changed, state=replace(changed.state, releases=releases))
        start = replace(start, release=release.version)
    asked = requested_prompts(replace(changed.state, model=changed.model), start)
    values = assumed_values(each for each in asked if each.name not in start.variables)
    start = replace(start, variables={**start.variables, **values})
    return PlanPlay(changed, start, now, tuple(values))


def _release(changed: ChangedSpace, process: str, channel: str | None) -> Release:
    """Return a release of a project as it is, of versions that nobody has chosen yet."""
    project = changed.model.projects[process]
    definition = project.deployment
    needed = (*(each.text for each in requirements(definition)), *images(definition))
    return Release(
        process=process,
        version=next_version(each.version for each in releases_of(changed.state, process)),
        channel=channel or project.default_channel,
        definition=definition,
        versions={text: text.partition("@")[2] or "0" for text in needed},
        created=changed.state.releases_created + 1,
    )


class PlanPlay(Play):
    """A plan in the making: `goes_on` plays a part of it, `plan` says what is known so far."""

    def __init__(
        self, changed: ChangedSpace, start: StartRun, now: float, assumed: tuple[str, ...] = ()
    ) -> None:
        """Queue the run; `assumed` are the names of values made up for it. Raises Refused."""
        self.family = FamilyRecord()
        self._asked: list[str] = []
        self._cut = False
        super().__init__(changed.state, now)
        self._changed, self._assumed = changed, assumed
        if changed.model != changed.state.model:
            self.send(LoadModel(changed.model), self.now)
        self.send(start, self.now)
        self.queued = self.state

    def goes_on(self, events: int, most: int = MOST_EVENTS) -> bool:
        """Play about so many events, `most` in all; return whether there is more to play."""
        until = len(self.happened) + events
        while self.family.open and len(self.happened) < until:
            if len(self.happened) >= most:
                self._cut = True
                return False
            if not (self._answer() or self.choose(next(self._waiting, None)) or self.step()):
                return False
        return self.family.open > 0

    def _answer(self) -> bool:
        """Answer a question of the run; return False where there is none that anybody may answer."""
        while self._asked:
            asked = self.state.interruptions.get(self._asked[-1])
            is_open = asked is not None and asked.answer is None
            commands = assumed_answer(self.state, asked) if asked is not None and is_open else None
            if commands is not None:
                for command in commands:
                    self.send(command, self.now)
                return True
            self._asked.pop()
        return False

    def takes(self, job: Job) -> float:
        """Return how long an attempt takes; of the run's own steps something is assumed."""
        seconds, source = self._duration(job)
        self.family.taken_from(job.id, source)
        return seconds

    def _duration(self, job: Job) -> tuple[float, TakenFrom]:
        is_own, declared = job.run in self.family.runs, self._simulate(job)
        key = key_of(self.state, job)
        known = None if key is None else durations_of(self.known, key).about
        fails = is_own and declared is not None and declared.result == "failure"
        if known is not None and not fails:
            return known, "history"
        if declared is not None:
            return declared.takes, "model"
        return (1.0, "assumed") if is_own else (inf, "")

    def _simulate(self, job: Job) -> Simulate | None:
        step = step_of(self.state, job) if job.kind == "script" else None
        return None if step is None else step.simulate

    def ends(self, job: Job) -> float:
        """Return about when an attempt of another run ends that runs already."""
        end, declared = super().ends(job), self._simulate(job)
        if end < inf or declared is None or job.started_at is None:
            return end
        return max(self.now, job.started_at + declared.takes)

    def outcome(self, job: Job) -> Outcome:
        """Let a step of the run fail where the model says so."""
        declared = self._simulate(job) if job.run in self.family.runs else None
        return FAILED if declared is not None and declared.result == "failure" else super().outcome(job)

    def provisioned(self, pool: str, since: float) -> float:
        """Return when a machine is ready: at once, where nothing is known of its pool."""
        end = super().provisioned(pool, since)
        return max(self.now, since) if end == inf else end

    def note(self, event: AnyEvent) -> None:
        """Note what becomes of the run and of those that it starts."""
        self.family.note(event, self.state)
        if isinstance(event, events.InterruptionRaised) and event.run in self.family.runs:
            self._asked.append(event.interruption)
        super().note(event)

    def plan(self) -> StartPlan:
        """Return what is known of the run now."""
        others = (run.id for run in in_order(self.known) if not run.ended)
        return StartPlan(
            at=self.found.at,
            run=self.family.root,
            steps=self.family.steps(self.state),
            queued=self.queued,
            others={name: self.found.run_ends.get(name) for name in others},
            changed=self._changed,
            assumed=self._assumed,
            events=len(self.happened),
            cut=self._cut or self.family.cut,
        )
