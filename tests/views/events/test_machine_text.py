"""M5: the sentences of events of machines."""

import pytest

from octotui.engine import events
from octotui.engine.events import MachineEvent
from octotui.engine.state import State
from octotui.views.events.machine_text import of_machine, stands


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (events.HealthChanged(worker="w", health="has-warnings", reason="old"), ["w has warnings: old"]),
        (events.ChecksQueued(machines=("v", "w"), by="ann"), ["ann asks for a check of v and w"]),
        (events.ChecksQueued(machines=("v",)), []),
        (events.ChecksQueued(machines=(), by="ann"), []),
        (events.CheckStarted(machine="w"), []),
        (events.ChecksPlanned(due={"w": 1.0}), []),
        (
            events.MachineChecked(machine="w", health="unavailable", reason="no route"),
            ["w is unavailable: no route"],
        ),
        (events.MachineLost(machine="w", reason="no route"), ["w is lost: no route"]),
        (events.CommandSent(machine="w", text="id", by="ann"), ["ann runs a command on w: id"]),
        (
            events.CommandSent(machine="w", text="id…", length=1415, sha256="ab"),
            ["somebody runs a command on w: id… (1,415 characters, SHA-256 ab)"],
        ),
    ],
)
def test_m5_what_is_news_has_a_sentence(event: MachineEvent, lines: list[str]) -> None:
    assert of_machine(event, State()) == lines


def test_m5_a_check_that_finds_the_same_has_none() -> None:
    state = State()
    state = type(state)(health=state.health.insert("w", "healthy"))
    assert of_machine(events.MachineChecked(machine="w", health="healthy"), state) == []
    assert stands("w", "healthy", "") == "w is healthy"
