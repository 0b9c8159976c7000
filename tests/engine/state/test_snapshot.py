"""A State as bytes and back."""

import msgspec
import pytest

from octotui.engine import commands
from octotui.engine.state import State
from octotui.engine.state.snapshot import VERSION, UnreadableSnapshot, decode, encode
from tests.world import World, child, engine, manual, model, packages, script


def busy() -> World:
    """Something of everything: locks, tags, questions, deadlines, children."""
    runbooks = {
        "top": [child("Build", "build", wait=True), script("A", start="with-previous", time_limit=9.0)],
        "build": [script("B", packages=packages("image"))],
        "ask": [manual("Ask", ("finance",))],
    }
    world = World(model(runbooks, 1, **engine(task_cap=4)))
    for process in ("top", "ask", "top", "build"):
        world.start(process, environment="test")
    world.send(commands.ReportHealth("worker1", "has-warnings"))
    world.run_until(1.0)
    return world


def test_a_state_comes_back_as_it_was() -> None:
    """R5, R3: equal, and with the same bytes."""
    state = busy().state
    assert state.locks
    assert state.asking
    assert decode(encode(state)) == state
    assert encode(decode(encode(state))) == encode(state)
    assert decode(encode(State())) == State()


def test_a_world_goes_on_from_a_snapshot() -> None:
    """R5: with the same events."""
    world, other = busy(), busy()
    other.state = decode(encode(other.state))
    for each in (world, other):
        each.run_out()
    assert world.events == other.events


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the snapshot is broken"),
        (b'{"version": 1}', "the snapshot is broken"),
        (b'{"version": 14, "state": {"runs": 7}}', "the snapshot is broken"),
        (
            b'{"version": 0, "state": {"runs": 7}}',
            f"the snapshot has version 0, and this octotui reads {VERSION}",
        ),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    """R5: the caller folds the events instead."""
    with pytest.raises(UnreadableSnapshot, match=reason):
        decode(body)


def test_a_snapshot_is_json() -> None:
    """R5: with its version first."""
    assert encode(State()).startswith(b'{"version":14,')
    assert msgspec.json.decode(encode(busy().state))["state"]["health"] == {"worker1": "has-warnings"}
