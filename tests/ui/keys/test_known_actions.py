from collections import Counter
from pathlib import Path

from octotui.ui.key_actions import own_actions
from octotui.ui.keys.key_table import declaring
from octotui.ui.keys.known_actions import known_actions, place_titles

STORED = Path(__file__).with_name("action_ids.txt")
"""Ids that files of accounts may hold: they are never renamed."""


def ids() -> list[str]:
    return [f"{place}.{name}" for place, actions in known_actions().items() for name in actions]


def test_every_action_has_an_id_of_its_own():
    found = Counter(each.id for kind in declaring() for each in own_actions(kind))
    assert [each for each, count in found.items() if count > 1] == []
    assert set(found) == set(ids())
    assert {"board.start", "app.quit", "list.down", "run.next_step", "replay.faster"} <= set(found)


def test_ids_stay_what_they_were():
    assert set(STORED.read_text("utf-8").split()) <= set(ids())


def test_each_place_says_what_it_is():
    assert place_titles()["board"] == "On the board and on a run, On the board"
    assert set(place_titles()) == set(known_actions())
