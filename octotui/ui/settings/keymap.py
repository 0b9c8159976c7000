"""Which keys actions have: their own, or those that an account has given them in its file of keys."""

import re
from collections.abc import Mapping

PLACES = {
    "Everywhere": "app",
    "On the board and on a run": "board",
    "On the board and on a page": "machines",
    "On the list of questions": "questions",
    "In the list of questions": "questions",
    "In the list of runs": "runs",
    "In a choice of one line": "choice",
    "In a list of choices": "choices",
    "In a list in columns": "list",
    "In a list with marks": "list",
    "In the filter of runs": "filter",
    "While a search is typed": "search",
    "In the notes of several answers": "bulk_notes",
    "Where something is done to several runs": "bulk",
    "Where columns are chosen": "columns",
    "Where a question is handed over": "people",
    "Where values are filled in": "values",
    "In the notes of a question": "notes",
    "When you quit while runs are active": "quit",
    "Where a space is chosen": "spaces",
    "Where a run is started": "start",
    "In the list of variables": "variables",
    "Where a saved view is chosen": "views",
    "In the reasons of a run or a worker": "why",
    "In the list of files": "files",
}
"""Ids of places by the titles of their keys, where they do not follow from them."""

_BEFORE = re.compile(r"(?:in|on|where|while|when) (?:(?:the|a|an) )?", re.IGNORECASE)


class Keymap:
    """Keys by the ids of actions, such as `board.start`; actions without an entry have their own."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Create it; keys are named as Textual does, and an action may have none."""
        self.keys = dict(keys)

    def __bool__(self) -> bool:
        """Return whether any action has other keys than its own."""
        return bool(self.keys)

    def key_of(self, action: str, own: str) -> str:
        """Return the keys of an action separated by commas, where `own` are those it declares."""
        keys = self.keys.get(action)
        return own if keys is None else ",".join(keys)


DEFAULT_KEYS = Keymap({})


def place_of(title: str) -> str:
    """Return the id of a place by the title of its keys: `output` for `In the output`."""
    return PLACES.get(title) or action_name(_BEFORE.sub("", title, count=1))


def action_name(description: str) -> str:
    """Return what an id calls an action by its description: `move_to_top` for `move to top`."""
    return re.sub(r"[^a-z0-9]+", "_", description.casefold()).strip("_")
