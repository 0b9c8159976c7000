"""Events of runs as the journal keeps them."""

import msgspec

from octotui.engine.events import AnyEvent, ModelLoaded
from tests.world import World, manual, model, packages, script


def test_events_come_back_as_they_were() -> None:
    """R3, R4: the model too."""
    world = World(model({"go": [script("A", packages=packages("image")), manual("Ask"), script("B")]}))
    world.start("go", environment="test")
    world.run_out()
    world.answer(notes="so be it")
    world.run_out()
    read = [msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) for event in world.events]
    assert read == world.events
    assert isinstance(read[0], ModelLoaded)
