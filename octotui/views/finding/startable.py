"""What can be started, by name: `start Tame the kraken in Production`, `deploy Shop 1.2 in Test`."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from octotui.engine.state import State
from octotui.views.start_choices import NEW, PreparedStart, command, place_of

MOST = 10_000
"""The names that are offered; the environments of the first processes, where there are more."""


class Startable(NamedTuple):
    """Something that can be started, and how it is called."""

    text: str
    start: PreparedStart


def startable(state: State, user: str, tenant: str | None = None) -> Iterator[Startable]:
    """Yield what can be started where, for no tenant or for this one; at most MOST of it."""
    yield from islice(_startable(state, user, tenant or ""), MOST)


def _startable(state: State, user: str, tenant: str) -> Iterator[Startable]:
    model = state.model
    for process in model.processes:
        release = _release(state, process)
        for environment in ("", *model.environments):
            start = command(model, (process, release, environment, tenant), user)
            new = " as it is now" if start.release is not None else ""
            verb = "deploy" if process in model.projects else "start"
            yield Startable(f"{verb} {place_of(model, start.command)}{new}", start)


def _release(state: State, process: str) -> str:
    """Return the newest release of a project, or the choice of a new one; "" for a runbook."""
    project = state.model.projects.get(process)
    if project is None:
        return ""
    return state.newest.get(process) or f"{NEW}{project.default_channel}"


def tenant_named(state: State, query: str) -> tuple[str, str | None]:
    """Return a query without `for TENANT` at its end, and the slug of the tenant that it names."""
    head, word, name = query.lower().rpartition(" for ")
    wanted = name.strip()
    if not word or not wanted:
        return query, None
    tenants = state.model.tenants.items()
    named = (slug for slug, each in tenants if wanted in (slug.lower(), each.name.lower()))
    begun = (
        slug for slug, each in tenants if each.name.lower().startswith(wanted) or slug.startswith(wanted)
    )
    slug = next(named, None) or next(begun, None)
    return (query, None) if slug is None else (query[: len(head)], slug)
