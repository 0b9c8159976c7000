"""Two plans side by side as JSON. Times are seconds since 1970, in UTC."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from octotui.engine.plans.start_plan import PlannedStep, StartPlan
from octotui.engine.plans.what_if import PoolChange
from octotui.engine.state import JobEnd, RunEnd
from octotui.engine.state.records import JobKind
from octotui.views.plans.comparison import compared


class LockTurnSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A wait for a machine."""

    what: Annotated[str, Meta(description="The machine.")] = msgspec.field(name="for")
    since: float
    until: float | None
    behind: tuple[str, ...]


class PlannedStepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A step in one plan."""

    worker: str | None
    target: str | None
    queued_at: float | None
    started_at: float | None
    ended_at: float | None
    state: JobEnd | RunEnd | None
    reason: str
    waits: tuple[LockTurnSummary, ...]
    taken_from: str


class ComparedStepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A step in both plans; `kind` is null for a run."""

    name: str
    depth: int
    kind: JobKind | None
    as_is: PlannedStepSummary | None
    what_if: PlannedStepSummary | None


class PlanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One of the plans."""

    run: str
    starts_about: float | None
    ends_about: float | None
    state: JobEnd | RunEnd | None
    reason: str
    others: dict[str, float | None]
    pools: tuple[PoolChange, ...]
    task_cap: int
    whole: bool


class ComparedPlans(msgspec.Struct, frozen=True, kw_only=True):
    """Two plans of the same run."""

    type: Literal["ComparedPlans"]
    at: float
    as_is: PlanSummary
    what_if: PlanSummary
    steps: tuple[ComparedStepSummary, ...]


def compared_plans(as_is: StartPlan, what_if: StartPlan) -> ComparedPlans:
    """Return two plans side by side, and each of their steps."""
    return ComparedPlans(
        type="ComparedPlans",
        at=as_is.at,
        as_is=_plan(as_is),
        what_if=_plan(what_if),
        steps=tuple(
            ComparedStepSummary(
                name=each.title,
                depth=each.depth,
                kind=(each.as_is or each.what_if or as_is.whole).kind,
                as_is=_step(each.as_is),
                what_if=_step(each.what_if),
            )
            for each in compared(as_is, what_if)
        ),
    )


def _plan(plan: StartPlan) -> PlanSummary:
    return PlanSummary(
        run=plan.run,
        starts_about=plan.whole.started_at,
        ends_about=plan.ends_about,
        state=plan.whole.state,
        reason=plan.whole.reason,
        others=plan.others,
        pools=plan.changed.pools,
        task_cap=plan.queued.model.engine.task_cap,
        whole=not plan.cut,
    )


def _step(step: PlannedStep | None) -> PlannedStepSummary | None:
    if step is None:
        return None
    return PlannedStepSummary(
        worker=step.worker,
        target=step.target,
        queued_at=step.queued_at,
        started_at=step.started_at,
        ended_at=step.ended_at,
        state=step.state,
        reason=step.reason,
        waits=tuple(
            LockTurnSummary(what=each.machine, since=each.since, until=each.until, behind=each.behind)
            for each in step.locks
        ),
        taken_from=step.taken_from,
    )
