"""Events of a space as the journal keeps them."""

import msgspec

from octotui.engine.events import AnyEvent, ModelLoaded
from tests.world import World, model, script


def test_r2_every_kind_of_event_has_its_own_name_in_the_journal() -> None:
    """R2: what was written is told apart by its type alone."""
    kinds = AnyEvent.__args__
    assert len({kind.__struct_config__.tag for kind in kinds}) == len(kinds) == 64


def test_r4_a_model_that_was_loaded_comes_back() -> None:
    world = World(model({"go": [script("A")]}))
    loaded = world.events[0]
    assert isinstance(loaded, ModelLoaded)
    assert msgspec.json.decode(msgspec.json.encode(loaded), type=AnyEvent) == loaded
