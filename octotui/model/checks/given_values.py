"""Values that schedules and steps give to runs: ineffective ones, and missing answers to prompts (V5, V6)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import msgspec

from octotui.model.checks.prompts import answer_problem
from octotui.model.complaints import InsideReport, Keys, Report, SourcePosition, did_you_mean
from octotui.model.iteration import steps, values_seen_by
from octotui.model.process import StartRunbook, Step
from octotui.model.scoping import most_specific
from octotui.model.space import Model, Schedule, Scope, Value, Variables
from octotui.model.start_times import TimeError, start_time

_START = SourcePosition(1, 1)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NOBODY: tuple[str | None, ...] = (None,)


class _Giver(msgspec.Struct, frozen=True):
    """A step or a schedule that starts runs of a process, with their possible environments and tenants."""

    at: Keys
    process: str
    given: dict[str, str]
    named: str  # the key that names the process
    fails: str
    environments: tuple[str, ...] = ()  # none: any
    tenants: tuple[str, ...] = ()
    anywhere: bool = False  # whether environment and tenant, where not named, are the parent run's
    channel: str | None = None


def check_given_values(model: Model, report: Report) -> None:
    """Report names that differ in case alone, and invalid start times."""
    for at, step in steps(model):
        if step.child_run is not None:
            _check_case((*at, "variables"), step.child_run.variables, report)
            _check_time((*at, "at"), step.child_run.at, report)
    for slug, schedule in model.schedules.items():
        _check_case(("schedules", slug, "variables"), schedule.variables, report)


def _check_case(at: Keys, given: Iterable[str], report: Report) -> None:
    seen: dict[str, str] = {}
    for name in given:
        first = seen.setdefault(name.lower(), name)
        if first != name:
            report((*at, name), f'It differs from "{first}" in case alone; keep one of them.')


def _check_time(at: Keys, text: str | None, report: Report) -> None:
    """Report an invalid start time, unless it has expressions."""
    if text is not None and "#{" not in text:
        try:
            start_time(text, 0.0)
        except TimeError as error:
            report(at, str(error))


def warn_of_given_values(model: Model, report: InsideReport) -> None:
    """Warn of values for unknown variables, and of required prompts without a value."""
    for giver in _givers(model):
        seen = values_seen_by(model, giver.process)
        for name, text in giver.given.items():
            if sentence := _problem(giver, seen, name, text):
                report((*giver.at, "variables", name), sentence, _START)
        place = (*giver.at, "variables" if giver.given else giver.named)
        for name, where in _unanswered(model, giver, seen):
            key = name if _BARE.fullmatch(name) else msgspec.json.encode(name).decode()
            asks = f'"{giver.process}" asks for "{name}"{where}, and nothing here gives it a value'
            report(place, f'{asks}: {giver.fails}. Say variables = {{ {key} = "…" }}.', _START)


def _givers(model: Model) -> Iterator[_Giver]:
    for slug, schedule in model.schedules.items():
        if schedule.enabled:
            yield _of_schedule(model, slug, schedule)
    for at, step in steps(model):
        if step.enabled and step.child_run is not None:
            yield _of_step(at, step, step.child_run)


def _of_schedule(model: Model, slug: str, schedule: Schedule) -> _Giver:
    project = model.projects.get(schedule.project or "")
    return _Giver(
        at=("schedules", slug),
        process=schedule.process,
        given=schedule.variables,
        named="runbook" if schedule.project is None else "project",
        fails="its runs will not start",
        environments=_listed(schedule.environment),
        tenants=_listed(schedule.tenant),
        channel=(schedule.channel or project.default_channel) if project else None,
    )


def _of_step(at: Keys, step: Step, action: StartRunbook) -> _Giver:
    return _Giver(
        at=at,
        process=action.runbook,
        given=action.variables,
        named="runbook",
        fails="its runs will fail",
        environments=_listed(action.environment) or step.environments,
        tenants=_listed(action.tenant),
        anywhere=True,
    )


def _listed(slug: str | None) -> tuple[str, ...]:
    return () if slug is None else (slug,)


def _problem(giver: _Giver, seen: Variables, name: str, text: str) -> str:
    """Return a sentence about the problem of giving this text to a variable, or `""`."""
    values = next((values for each, values in seen.items() if each.lower() == name.lower()), None)
    if values is None:
        return f'"{giver.process}" has no variable "{name}"{did_you_mean(name, seen)}'
    if "#{" in text:
        return ""
    if any(each.is_sensitive for each in values):
        return "Nobody may see it, and here all can read it; read it where it is declared instead."
    prompts = [each.prompt for each in values if each.prompt is not None]
    problems = [answer_problem(each, text) for each in prompts]
    if problems and None not in problems:
        return f"{giver.fails[0].upper()}{giver.fails[1:]}: it {problems[0]}."
    return ""


def _unanswered(model: Model, giver: _Giver, seen: Variables) -> Iterator[tuple[str, str]]:
    """Yield the required prompts without an answer, and where, if not everywhere."""
    given = {name.lower() for name in giver.given}
    for name, values in seen.items():
        if name.lower() not in given and any(_needs_answer(each) for each in values):
            places = list(_places(model, giver, values))
            asked = [place for place in places if _asks(model, giver, values, *place)]
            if asked:
                yield name, "" if len(asked) == len(places) else _words(*asked[0])


def _words(environment: str | None, tenant: str | None) -> str:
    return "".join((f" in {environment}" if environment else "", f" for {tenant}" if tenant else ""))


def _needs_answer(value: Value | None) -> bool:
    return value is not None and value.prompt is not None and value.prompt.needs_answer


def _places(model: Model, giver: _Giver, values: Sequence[Value]) -> Iterator[tuple[str | None, str | None]]:
    """Yield the pairs of environment and tenant of possible runs that these values distinguish."""
    environments, tenants = giver.environments or _NOBODY, giver.tenants or _NOBODY
    if giver.anywhere and not giver.environments:
        environments += tuple(dict.fromkeys(each for value in values for each in value.scope.environment))
    if giver.anywhere and not giver.tenants:
        tags = {tag for value in values for tag in value.scope.tenant_tag}
        tagged = [slug for slug, tenant in model.tenants.items() if not tags.isdisjoint(tenant.tags)]
        tenants += tuple(dict.fromkeys((*(each for value in values for each in value.scope.tenant), *tagged)))
    return product(environments, tenants)


def _asks(
    model: Model, giver: _Giver, values: Sequence[Value], environment: str | None, tenant: str | None
) -> bool:
    """Return whether a run there, or a step of it, resolves to a prompt that requires an answer."""
    process = model.process(giver.process)
    named = {each for value in values for each in value.scope.step}
    own = [step.name for step in process.flat().steps if step.name in named] if process and named else []
    declared = model.tenants.get(tenant or "")
    for step in (None, *own):
        context = Scope(
            step=_listed(step),
            tenant=_listed(tenant),
            tenant_tag=declared.tags if declared else (),
            environment=_listed(environment),
            channel=_listed(giver.channel),
            process=(giver.process,),
        )
        if _needs_answer(next(iter(most_specific(values, context)), None)):
            return True
    return False
