"""What pages are made of: names, the way to them, and the queries for what has ended."""

import pytest

from octotui.engine.queries.query import Query, Term
from octotui.model.space import BUILT_IN
from octotui.views.pages.page import (
    PageLine,
    PagePlace,
    crumbs,
    is_declared,
    name_of,
    pools_of,
    query_of,
    section,
)
from tests import scenes
from tests.world import model


def test_the_way_is_told_in_names_behind_that_of_the_space() -> None:
    trail = (PagePlace("space"), PagePlace("pool", "setup"), PagePlace("worker", "worker1"))
    space = ("Kraken", PagePlace("space"))
    assert crumbs(scenes.kraken(), trail) == (space, ("Setup", trail[1]), ("worker1", trail[2]))
    assert crumbs(scenes.kraken(), trail[:1]) == (space,)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (PagePlace("pool", "west"), "West US"),
        (PagePlace("pool", "gone"), "gone"),
        (PagePlace("environment", "test"), "Test"),
        (PagePlace("environment", "gone"), "gone"),
        (PagePlace("target", "web1"), "web1"),
    ],
)
def test_what_is_declared_no_more_goes_by_its_slug(place: PagePlace, name: str) -> None:
    assert name_of(scenes.kraken(), place) == name


@pytest.mark.parametrize("kind", ["pool", "worker", "target", "environment"])
def test_what_the_model_does_not_know_is_not_declared(kind) -> None:
    assert not is_declared(scenes.kraken(), PagePlace(kind, "gone"))


def test_what_the_model_knows_is() -> None:
    declared = scenes.turns().state.model
    for place in (
        PagePlace("space"), PagePlace("pool", "setup"), PagePlace("worker", "west2"),
        PagePlace("target", "web1"), PagePlace("environment", "test"),
    ):  # fmt: skip
        assert is_declared(declared, place)


def test_w3_the_built_in_worker_is_in_the_default_pool_without_members() -> None:
    assert pools_of(model({}, pools={}), BUILT_IN) == ("default",)
    assert pools_of(scenes.kraken(), "worker2") == ("setup",)
    assert is_declared(model({}, pools={}), PagePlace("worker", BUILT_IN))


def test_queries_ask_for_the_place_alone() -> None:
    assert query_of(PagePlace("worker", "w2")) == Query((Term("worker", ("w2",)),))
    assert query_of(PagePlace("pool", "west")) == Query((Term("pool", ("west",)),))
    assert query_of(PagePlace("environment", "prod")) == Query((Term("env", ("prod",)),))
    assert query_of(PagePlace("target", "web1")) is None
    assert query_of(PagePlace("space")) is None


def test_a_section_without_lines_says_so_or_is_left_out() -> None:
    assert [*section("Line", ())] == []
    heading, sentence = section("Lock, held in shared mode", (), "Nobody holds it.")
    assert (heading.is_heading, heading.key, sentence.text) == (True, "# Lock", "Nobody holds it.")
    line = PageLine(key="a", text="a")
    assert [*section("Line", iter([line]), "none")][1:] == [line]
