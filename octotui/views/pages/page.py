"""What a page is made of: places that have one, and lines which each may lead to a place or to a run."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec

from octotui.engine.queries.query import Query, Term
from octotui.model.space import Model
from octotui.views.labels import Mark, machine_name
from octotui.views.pages.last_runs import LastRun
from octotui.views.pools import WorkerRow, members

PlaceKind = Literal["space", "pool", "worker", "target", "environment"]
PageTable = Literal["runs", "workers", "deployed", "jobs"]


class PagePlace(NamedTuple):
    """Something that has a page; the space itself has no slug."""

    kind: PlaceKind
    slug: str = ""


class DeployedRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last deployment of a project for a tenant, or for none, with their names."""

    project: str
    tenant: str
    run: LastRun


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """A job that has a lock `since` a time, or waits for it; `until` about when, if that is known."""

    run: str
    title: str
    step: str
    mark: Mark
    since: float
    until: float | None = None
    wait: str = ""


class PageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a heading, a text with a note, or a line of a table; enter leads to its `place` or `run`.

    Its key is unique on its page and stays the same while the line means the same. Of a table it is the head,
    a `row`, or the row of its `run`.
    """

    key: str
    text: str = ""
    note: str = ""
    mark: Mark | None = None
    place: PagePlace | None = None
    run: str | None = None
    is_heading: bool = False
    table: PageTable | None = None
    row: WorkerRow | DeployedRow | JobRow | None = None


PageLines = Iterator[PageLine]


def name_of(model: Model, place: PagePlace) -> str:
    """Return the display name of a place."""
    match place.kind:
        case "space":
            return model.space.name
        case "pool":
            return model.pool(place.slug).name if place.slug == model.default_pool else _named(model, place)
        case "environment":
            declared = model.environments.get(place.slug)
            return declared.name if declared else place.slug
    return machine_name(model, place.slug)


def _named(model: Model, place: PagePlace) -> str:
    pool = model.pools.get(place.slug)
    return pool.name if pool else place.slug


def crumbs(model: Model, trail: Iterable[PagePlace]) -> tuple[tuple[str, PagePlace], ...]:
    """Return the breadcrumbs of a page, each with its place: `Kraken`, `Setup`, `worker1`."""
    way = (PagePlace("space"), *(each for each in trail if each.kind != "space"))
    return tuple((name_of(model, each), each) for each in way)


def is_declared(model: Model, place: PagePlace) -> bool:
    """Return whether the model declares a place; a pool's members count as workers."""
    match place.kind:
        case "space":
            return True
        case "pool":
            return place.slug in model.pools or place.slug == model.default_pool
        case "worker":
            return bool(pools_of(model, place.slug)) or place.slug in model.workers
        case "target":
            return place.slug in model.targets
        case "environment":
            return place.slug in model.environments


def pools_of(model: Model, worker: str) -> tuple[str, ...]:
    """Return the pools of a worker; the built-in one serves a default pool without members."""
    slugs = dict.fromkeys((*model.pools, model.default_pool))
    return tuple(slug for slug in slugs if worker in members(model, slug, model.pool(slug)))


def query_of(place: PagePlace) -> Query | None:
    """Return the query for ended runs of a place; None where no index has them."""
    match place.kind:
        case "pool" | "worker":
            return Query((Term(place.kind, (place.slug,)),))
        case "environment":
            return Query((Term("env", (place.slug,)),))
    return None


def section(heading: str, lines: Iterable[PageLine], empty: str = "") -> PageLines:
    """Yield a heading and lines, those of a table after its head; without lines `empty`, or nothing."""
    found = tuple(lines)
    if found or empty:
        yield PageLine(key=f"# {heading.partition(',')[0]}", text=heading, is_heading=True)
        if found and found[0].table is not None:
            yield PageLine(key=f"^ {heading.partition(',')[0]}", table=found[0].table)
        yield from found or (PageLine(key=f"- {heading.partition(',')[0]}", text=empty),)
