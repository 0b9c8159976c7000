"""The last run of each place: from pages of the index, the State, and what releases remember."""

import asyncio
from collections.abc import Sequence
from itertools import count

import pytest
from msgspec import structs

from octotui.engine.queries.matcher import matches
from octotui.engine.queries.query import Query
from octotui.model.process import Runbook
from octotui.model.space import Tenant
from octotui.store.journal.run_records import RunRecord
from octotui.views.pages import last_runs as pages
from octotui.views.pages.last_runs import RunPlace, last_runs, last_runs_in, newer, standings
from tests import scenes
from tests.world import World, model, script


def record(number: int, environment: str | None = None, tenant: str | None = None) -> RunRecord:
    return RunRecord(
        number=number,
        id=f"run-{number}",
        root=f"run-{number}",
        process="build",
        name="Build",
        environment=environment,
        tenant=tenant,
        state="succeeded",
        queued_at=float(number),
        ended_at=float(number),
    )


class Index:
    """Ended runs, the newest first, that count how often they are looked up."""

    def __init__(self, records: Sequence[RunRecord]) -> None:
        self.records = sorted(records, key=lambda each: -each.number)
        self.asked = 0

    async def history(self, query: Query, before: int | None = None, limit: int = 100) -> Sequence[RunRecord]:
        self.asked += 1
        return [each for each in self.records if matches(query, each)][:limit]


def space() -> object:
    tenants = {slug: Tenant(name=slug) for slug in ("a", "b")}
    return model({"build": Runbook(name="Build", steps=(script("it"),))}, tenants=tenants)


PLACES = [(env, who) for env in (None, "test", "production") for who in (None, "a", "b")]


@pytest.mark.parametrize("newest", PLACES, ids=str)
def test_every_place_is_found_however_many_runs_one_of_them_has_had(monkeypatch, newest) -> None:
    monkeypatch.setattr(pages, "PAGE", 4)
    numbers = count(1)
    records = [record(next(numbers), *place) for place in PLACES for _ in range(2)]
    records += [record(next(numbers), *newest) for _ in range(20)]
    index = Index(records)
    found = asyncio.run(last_runs(space(), index.history))
    last = {
        place: max(each.number for each in records if (each.environment, each.tenant) == place)
        for place in PLACES
    }
    assert {(place.environment, place.tenant): each.number for place, each in found.items()} == last


def test_a_process_with_few_runs_costs_one_query() -> None:
    index = Index([record(1, "test"), record(2, "test"), record(3)])
    found = asyncio.run(last_runs(space(), index.history))
    assert index.asked == 1
    assert found[RunPlace("build", "test", None)].id == "run-2"


def test_a_later_record_takes_the_place_of_an_earlier_one_alone() -> None:
    place = RunPlace("build", "test", None)
    known = newer({}, [record(5, "test")])
    assert newer(known, [record(4, "test")])[place].id == "run-5"
    assert newer(known, [record(6, "test")])[place].id == "run-6"


def test_a_run_that_goes_on_is_the_last_one_with_its_version() -> None:
    scene = scenes.released()
    found = standings(scene.state, {})
    going = found[RunPlace("shop", "production", None)]
    assert (going.version, going.mark.word, going.ended_at) == ("1.2.0", "executing", None)
    assert going.at == going.started_at


def test_a_release_remembers_where_it_was_deployed_though_the_run_is_gone() -> None:
    found = standings(scenes.released().state, {})
    there = found[RunPlace("shop", "test", None)]
    assert (there.version, there.id, there.mark.word) == ("1.2.0", "run-1", "succeeded")


def test_a_run_that_is_queued_stands_since_then() -> None:
    world = World(scenes.kraken())
    world.start("nightly")
    world.start("nightly")
    found = standings(world.state, newer({}, []))
    assert found[RunPlace("nightly", None, None)].id == "run-2"
    assert found[RunPlace("nightly", None, None)].at == world.now


def test_the_last_deployments_of_one_environment_are_found_for_each_tenant(monkeypatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 3)
    scene = scenes.released()
    records = [
        structs.replace(record(number, *place), process="shop")
        for number, place in enumerate(
            [("test", None), ("live", None), ("test", "contoso"), *[("test", None)] * 9], 1
        )
    ]
    found = asyncio.run(last_runs_in(scene.state.model, Index(records).history, "test"))
    assert {place.tenant: each.number for place, each in found.items()} == {None: 12, "contoso": 3}
