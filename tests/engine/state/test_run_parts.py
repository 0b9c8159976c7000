"""Changing a part of a run."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from octotui.engine.state import Run
from octotui.engine.state.run_parts import with_progress, with_queueing, with_selection
from tests.world import World, model, script


@pytest.mark.parametrize(
    ("change", "part", "changes"),
    [
        (with_queueing, "queueing", {"moved": True, "priority": True}),
        (with_selection, "selection", {"problems": ("one",)}),
        (with_progress, "progress", {"failed": True, "warnings": ("one", "two")}),
    ],
)
def test_only_these_fields_of_a_part_change_and_only_in_the_new_run(
    change: Callable[..., Run], part: str, changes: dict[str, Any]
) -> None:
    world = World(model({"go": [script("A")]}))
    world.start("go")
    run = world.run("run-1")
    before = getattr(run, part)
    changed = change(run, **changes)
    assert {name: getattr(getattr(changed, part), name) for name in changes} == changes
    assert replace(changed, **{part: before}) == run
    assert replace(getattr(changed, part), **{name: getattr(before, name) for name in changes}) == before
    assert getattr(run, part) is before


def test_a_field_that_there_is_not_is_an_error() -> None:
    """Nothing is changed in silence under another name."""
    world = World(model({"go": [script("A")]}))
    world.start("go")
    with pytest.raises(TypeError, match="no field 'slots'"):
        with_queueing(world.run("run-1"), slots=1)
