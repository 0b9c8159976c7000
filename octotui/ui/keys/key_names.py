"""Names of keys, as people write them in a file and as Textual has them."""

from textual.keys import REPLACED_KEYS, _character_to_key, key_to_character

from octotui.model.complaints import did_you_mean
from octotui.ui.key_actions import written

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")  # in the order in which Textual names them
SPECIAL = (
    *("escape", "enter", "tab", "space", "backspace", "delete", "insert", "home", "end"),
    *("pageup", "pagedown", "up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 25)),
)
SHORT = {"esc": "escape", "pgdn": "pagedown", "pgup": "pageup", "del": "delete", "return": "enter"}
SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}
"""Keys that terminals do not tell from others."""


def parse_key(text: str) -> str | None:
    """Return Textual's name of a key; None where there is no such key."""
    parts = text.split("+") if text != "+" and not text.endswith("++") else [*text[:-2].split("+"), "+"]
    *modifiers, base = [text] if text == "+" else parts
    name = _base(base)
    if name is None or not set(modifiers) <= set(MODIFIERS) or len(set(modifiers)) < len(modifiers):
        return None
    key = "+".join([*sorted(modifiers), name.lower() if modifiers else name])
    return None if key in SAME or (key.startswith("shift+") and name not in SPECIAL) else key


def key_problem(text: str) -> str:
    """Return what is wrong with a key in a sentence; empty where nothing is."""
    if parse_key(text) is not None:
        return ""
    lower = text.casefold()
    if lower in SAME:
        return f'A terminal does not tell "{text}" from "{SAME[lower]}"; give another key.'
    base = text.rpartition("+")[2]
    if lower.startswith("shift+") and len(base) == 1:
        return f'With shift, "{base}" is another character; write that one, such as "{base.upper()}".'
    known = (*SPECIAL, *SHORT, *(f"{each}+a" for each in ("ctrl", "alt")))
    return f'There is no key "{text}"{did_you_mean(text, known)}'


def is_character(key: str) -> bool:
    """Return whether a key, named as Textual does, types a character."""
    return _character(key) is not None


def _character(key: str) -> str | None:
    """Return the printable character that a key types, if any."""
    character = key_to_character(REPLACED_KEYS.get(key, key))
    return character if character is not None and character.isprintable() else None


def spelled(key: str) -> str:
    """Return a key as the file has it, which `parse_key` reads again."""
    text = written(key)
    return text if parse_key(text) == key else key


def _base(text: str) -> str | None:
    """Return the name of a key without modifiers."""
    if len(text) == 1:
        return _character_to_key(text) if text.isprintable() and text != " " else None
    lower = SHORT.get(text.casefold(), text.casefold())
    if lower in SPECIAL:
        return lower
    character = _character(lower)
    return lower if character is not None and _character_to_key(character) == lower else None
