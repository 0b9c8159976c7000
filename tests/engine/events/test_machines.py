"""Events of machines as the journal keeps them."""

from typing import get_args

import msgspec
import pytest

from octotui.engine import events
from octotui.engine.events import AnyEvent, MachineEvent
from octotui.engine.state import CheckedFacts, FoundTool

EXAMPLES = (
    events.HealthChanged(worker="worker1", health="unhealthy", reason="no disk"),
    events.ChecksPlanned(due={"worker1": 7.0, "worker2": None}, interrupted=("worker1",), forgotten=("w",)),
    events.ChecksQueued(machines=("worker1",), by="ann", origin="tty"),
    events.CheckStarted(machine="worker1"),
    events.MachineChecked(
        machine="worker1",
        health="has-warnings",
        reason="old",
        warnings=("old",),
        latency=0.1,
        facts=CheckedFacts(system="Linux", tools={"git": FoundTool("/bin/git", "2.39")}),
        next_check=7.0,
        limit=8.0,
        locked_key="~/.ssh/deploy",
    ),
    events.MachineLost(machine="worker1", reason="no route"),
    events.PassphraseGiven(key="~/.ssh/deploy", by="ann", origin="tty"),
    events.CommandSent(machine="worker1", text="uname -a", by="ann", origin="tty"),
)


def test_there_is_one_example_of_each() -> None:
    assert {type(each) for each in EXAMPLES} == set(get_args(MachineEvent))


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_r2_what_was_written_comes_back(event: AnyEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent) == event


def test_r4_a_change_of_health_of_an_earlier_version_has_no_reason() -> None:
    written = b'{"type":"HealthChanged","seq":7,"at":2.0,"worker":"worker1","health":"healthy"}'
    assert msgspec.json.decode(written, type=AnyEvent) == events.HealthChanged(
        seq=7, at=2.0, worker="worker1", health="healthy"
    )
