"""What speaks against a keymap: two actions of one key, ways out that are taken, keys that are typed."""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from textual.app import App
from textual.screen import Screen
from textual.widgets import Input, TextArea

from octotui.ui.key_actions import KeyAction, declared_actions, own_actions, rebound_actions
from octotui.ui.keys.key_names import is_character, spelled
from octotui.ui.keys.key_table import declaring
from octotui.ui.settings.keymap import Keymap

FIELD_KEYS = frozenset(key for field in (Input, TextArea) for key in field._merge_bindings().key_to_bindings)
"""What a field does itself, such as to cut."""


class KeyProblem(NamedTuple):
    """A sentence about the keys of an action."""

    action: str
    sentence: str


def conflicts(keymap: Keymap) -> list[KeyProblem]:
    """Return why a keymap cannot be used, each once."""
    return list(dict.fromkeys([*_same_key(keymap), *_ways_out(keymap), *_typed(keymap)]))


def shadowed(keymap: Keymap) -> list[KeyProblem]:
    """Return where a key of a pane hides that of the screen around it, because of the keymap."""
    screens = {key: each for kind in _screens() for each, key in _keys(kind, keymap)}
    found = []
    for kind in declaring():
        if issubclass(kind, App | Screen | Input | TextArea):
            continue
        for each, key in _keys(kind, keymap):
            around = screens.get(key)
            if around is not None and (each.id in keymap.keys or around.id in keymap.keys):
                action = next(one.id for one in (each, around) if one.id in keymap.keys) or ""
                sentence = f'"{spelled(key)}" means {each.id} where that works, and there not {around.id}.'
                found.append(KeyProblem(action, sentence))
    return list(dict.fromkeys(found))


def _screens() -> list[type]:
    return [
        kind
        for kind in declaring()
        if issubclass(kind, App) or (issubclass(kind, Screen) and ".screens." in kind.__module__)
    ]


def _keys(kind: type, keymap: Keymap) -> Iterator[tuple[KeyAction, str]]:
    """Yield the actions of a class with each of their keys in force."""
    yield from ((each, key) for each in rebound_actions(kind, keymap) for key in each.raw_keys)


def _same_key(keymap: Keymap) -> Iterator[KeyProblem]:
    """Yield pairs of actions of one place that have the same key."""
    for kind in declaring():
        for (one, key), (other, same) in combinations(_keys(kind, keymap), 2):
            changed = [each.id for each in (one, other) if each.id in keymap.keys]
            if key == same and one.id != other.id and changed:
                action = changed[-1] or ""
                rest = one.id if action == other.id else other.id
                yield KeyProblem(
                    action, f'"{spelled(key)}" is the key of {rest}, too; give one of them another.'
                )


def _ways_out(keymap: Keymap) -> Iterator[KeyProblem]:
    """Yield ways out that would be left without a key, and actions that take the only one of another."""
    needed: dict[str, str] = {}
    for kind in declaring():
        own = {each.id for each in own_actions(kind) if issubclass(kind, App | Screen) and each.leads_out}
        for each in (each for each in rebound_actions(kind, keymap) if each.id in own):
            lasting = [key for key in each.raw_keys if not is_character(key) and key not in FIELD_KEYS]
            if not lasting:
                such = "ctrl+q" if each.action == "quit" else "esc"
                yield KeyProblem(
                    each.id or "",
                    f'It is the way out, also while text is typed; give it a key such as "{such}".',
                )
            if len(lasting) == 1:
                needed.setdefault(lasting[0], each.id or "")
    own_keys = {each.id: each.raw_keys for kind in declaring() for each in declared_actions(kind)}
    for action, keys in keymap.keys.items():
        for key in keys:
            way = needed.get(key)
            if way and way != action and key not in own_keys.get(action, ()) and not _leads_out(action):
                yield KeyProblem(
                    action, f'"{spelled(key)}" is the only way out by {way}; give this action another key.'
                )


def _leads_out(action: str) -> bool:
    return any(each.id == action and each.leads_out for kind in declaring() for each in own_actions(kind))


def _typed(keymap: Keymap) -> Iterator[KeyProblem]:
    """Yield actions that work while text is typed, and have got a key that types a character."""
    for kind in declaring():
        for each in own_actions(kind):
            if each.priority or issubclass(kind, Input | TextArea):
                yield from (
                    KeyProblem(
                        each.id or "",
                        f'"{spelled(key)}" is typed as text there; give it a key such as "ctrl+g".',
                    )
                    for key in keymap.keys.get(each.id or "", ())
                    if is_character(key) and key not in each.raw_keys
                )
