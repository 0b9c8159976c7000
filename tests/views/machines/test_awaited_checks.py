"""W4: what a run that waits for a first check says."""

from datetime import UTC

from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.space import Model, Worker
from octotui.views import summary
from octotui.views.events.event_text import lines
from octotui.views.machines.awaited_checks import sentence
from octotui.views.pages.page import PagePlace
from octotui.views.pages.place_pages import PageScope, page
from octotui.views.runs import mark
from octotui.views.tree.run_tree import rows
from tests.world import START, World, engine, model, script


def elsewhere() -> Model:
    """Three workers that are other machines, of which one is checked at a time."""
    names = ("worker1", "worker2", "worker3")
    far = {name: Worker(name=name.title(), endpoint=f"ssh://{name}") for name in names}
    return replace(model({"go": [script("A")]}, 3, **engine(max_checks=1)), workers=far)


def waiting() -> tuple[World, str]:
    """A run that waits for three seconds."""
    world = World(elsewhere())
    world.send(commands.Tick())
    run = world.start("go")
    world.now += 3
    return world, run


def test_w4_it_says_how_the_check_of_each_stands() -> None:
    world, run = waiting()
    assert sentence(world.state, world.run(run), world.now) == (
        "waits for the first check of Worker1 (checked for 3s), Worker2 (first in line)"
        " or Worker3 (2nd in line)"
    )


def test_l4_the_tree_the_list_and_the_summary_say_that_it_waits() -> None:
    """L4, R1."""
    world, run = waiting()
    assert mark(world.state, world.run(run)).word == "waits"
    assert any(
        "waits for the first check of Worker1" in row.text for row in rows(world.state, run, world.now)
    )
    assert summary.text(world.state) == "1 waits for a check"
    told = [line for event in world.events for line in lines(event, world.state, world.state, START)]
    assert "run-1  waits for the first check of Worker1, Worker2 or Worker3" in told


def test_w4_the_page_of_the_pool_lists_it() -> None:
    world, run = waiting()
    found = page(PagePlace("pool", "setup"), PageScope(world.state, world.now, UTC))
    headings = [each.text for each in found]
    assert "Runs that wait for a first check" in headings
    assert run in [each.run for each in found]
