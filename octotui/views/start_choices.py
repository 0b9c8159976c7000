"""The questions before a run starts: process, release, environment, tenant."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import CreateRelease, StartRun
from octotui.engine.decide.create_release import releases_of
from octotui.engine.rules.lifecycles import why_not_here
from octotui.engine.state import State
from octotui.engine.state.releases import Release, declared_channel, release_key
from octotui.model.space import Model
from octotui.views.labels import counted
from octotui.views.releases import deployed
from octotui.views.starting.last_used import NOTHING, LastUsed, used_first

NEW = "new "
"""Prefix of the key of a release that is to be created; its channel follows."""
NOT_ALLOWED = "not allowed yet by the lifecycle"
MOST = 50  # most releases that are offered


class StartChoice(msgspec.Struct, frozen=True):
    """One choice; its key is a slug, empty for none."""

    key: str
    text: str
    note: str = ""


class StartQuestion(msgspec.Struct, frozen=True):
    """A question with its choices."""

    title: str
    choices: tuple[StartChoice, ...]


class PreparedStart(msgspec.Struct, frozen=True):
    """A run to start, and the release to create before it."""

    command: StartRun
    release: CreateRelease | None = None


def is_asked(model: Model, chosen: tuple[str, ...]) -> bool:
    """Return whether the next question (process, release, environment, tenant) has more than one answer."""
    match len(chosen):
        case 0:
            return True
        case 1:
            return chosen[0] in model.projects
        case 2:
            return bool(model.environments)
        case _:
            return bool(model.tenants)


def next_place(model: Model, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Complete the answers with an empty one for each question that has no other."""
    while 1 <= len(chosen) <= 3 and not is_asked(model, chosen):
        chosen = (*chosen, "")
    return chosen


def ask(state: State, chosen: tuple[str, ...], used: LastUsed = NOTHING) -> StartQuestion | None:
    """Return the next question after these answers, or None when all are given.

    What was used last comes first, beside releases: of those the newest does.
    """
    model = state.model
    match chosen:
        case ():
            what = "Start which runbook or project?" if model.projects else "Start which runbook?"
            return StartQuestion(what, _first(_processes(model), used.processes()))
        case (process,):
            name = model.processes[process].name
            return StartQuestion(f"Deploy which release of {name}?", _releases(state, process))
        case (process, release):
            places = _first(_places(state, process, release), used.environments(process))
            free = sorted(places, key=lambda each: each.note == NOT_ALLOWED)
            return StartQuestion(f"{_title(model, chosen)} in which environment?", tuple(free))
        case (process, _, environment):
            where = f" in {model.environments[environment].name}" if environment else ""
            named = {slug: each.name for slug, each in model.tenants.items()}
            tenants = _first(_named(named, "no tenant"), used.tenants(process, environment))
            return StartQuestion(f"{_title(model, chosen)}{where} for which tenant?", tenants)
    return None


def foreseen(state: State, chosen: tuple[str, ...], used: LastUsed = NOTHING) -> tuple[str, ...]:
    """Complete the answers with the first choice of each question that is left, as enter would."""
    while chosen and (question := ask(state, chosen := next_place(state.model, chosen), used)) is not None:
        chosen = (*chosen, question.choices[0].key)
    return chosen


def _first(choices: Sequence[StartChoice], used: Iterable[str]) -> tuple[StartChoice, ...]:
    """Return choices, those used last first."""
    named = {each.key: each for each in choices}
    return tuple(named[key] for key in used_first(tuple(named), used))


def place_of(model: Model, start: StartRun) -> str:
    """Return what a command starts, and where: `Tame the kraken in Production for Contoso`."""
    process = model.process(start.process)
    name = process.name if process is not None else start.process
    environment, tenant = (
        model.environments.get(start.environment or ""),
        model.tenants.get(start.tenant or ""),
    )
    release = f" {start.release}" if start.release else ""
    where = f" in {environment.name}" if environment else ""
    return f"{name}{release}{where}{f' for {tenant.name}' if tenant else ''}"


def command(model: Model, chosen: tuple[str, ...], user: str) -> PreparedStart:
    """Return the commands that all the answers ask for."""
    process, release, environment, tenant = chosen
    start = StartRun(process=process, environment=environment or None, tenant=tenant or None, requester=user)
    if release.startswith(NEW):
        channel = release.removeprefix(NEW)
        return PreparedStart(start, CreateRelease(process=process, channel=channel, requester=user))
    return PreparedStart(replace(start, release=release or None))


def _title(model: Model, chosen: tuple[str, ...]) -> str:
    name = model.processes[chosen[0]].name
    if chosen[0] not in model.projects:
        return f"Start {name}"
    return f"Deploy {name}, as it is now," if chosen[1].startswith(NEW) else f"Deploy {name} {chosen[1]}"


def _processes(model: Model) -> tuple[StartChoice, ...]:
    return tuple(
        StartChoice(
            slug, each.name, each.description or f"{_kind(model, slug)}{counted(len(each.steps), 'step')}"
        )
        for slug, each in (
            model.runbooks | {slug: each.deployment for slug, each in model.projects.items()}
        ).items()
    )


def _kind(model: Model, slug: str) -> str:
    return "project, " if slug in model.projects else ""


def _releases(state: State, process: str) -> tuple[StartChoice, ...]:
    """Return a project's releases, the newest first, and a new one for each channel."""
    model = state.model
    project = model.projects[process]
    channels = dict.fromkeys((project.default_channel, *project.channels))
    new = [
        StartChoice(
            f"{NEW}{slug}",
            "a new release",
            declared_channel(model, process, slug).name if len(channels) > 1 else "as it is now",
        )
        for slug in channels
    ]
    made = [
        StartChoice(
            each.version, each.version, f"in {deployed(model, each)}" if each.deployed else "not deployed"
        )
        for each in reversed(releases_of(state, process)[-MOST:])
    ]
    return (*made, *new)


def _places(state: State, process: str, version: str) -> tuple[StartChoice, ...]:
    """Return the environments of a run; of a release, those that its lifecycle allows now first."""
    model = state.model
    named = {slug: each.name for slug, each in model.environments.items()}
    if process not in model.projects:
        return _named(named, "no environment")
    release = state.releases.get(release_key(process, version)) or Release(
        process=process,
        version="",
        channel=version.removeprefix(NEW),
        definition=model.projects[process].deployment,
    )
    free = {slug for slug in named if why_not_here(model, release, slug, None) is None}
    return tuple(
        StartChoice(slug, name, "" if slug in free else NOT_ALLOWED)
        for slug, name in sorted(named.items(), key=lambda each: each[0] not in free)
    )


def _named(names: dict[str, str], nothing: str) -> tuple[StartChoice, ...]:
    return (StartChoice("", nothing), *(StartChoice(slug, name) for slug, name in names.items()))
