"""Events as the journal keeps them."""

import msgspec

from octotui.engine.events import AnyEvent, JobEnded, ModelLoaded
from tests.world import World, manual, model, packages, script


def test_an_event_is_one_json_object() -> None:
    """R2: with its type, number and time."""
    event = JobEnded(seq=7, at=1.5, run="run-1", job="job-1.1", worker="worker1", state="failed", exit_code=1)
    assert msgspec.json.decode(msgspec.json.encode(event)) == {
        "type": "JobEnded",
        "seq": 7,
        "at": 1.5,
        "run": "run-1",
        "job": "job-1.1",
        "state": "failed",
        "worker": "worker1",
        "exit_code": 1,
        "reason": "",
        "warnings": [],
        "outputs": {},
        "artifacts": [],
        "highlights": [],
    }


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


def test_an_older_journal_can_be_read() -> None:
    """R4: an event without a field that came later."""
    line = b'{"type":"JobEnded","seq":1,"at":1.0,"run":"run-1","job":"job-1.1","state":"succeeded"}'
    assert msgspec.json.decode(line, type=AnyEvent) == JobEnded(
        seq=1, at=1.0, run="run-1", job="job-1.1", state="succeeded"
    )
