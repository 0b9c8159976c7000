"""Key actions, each declared once: in the `BINDINGS` of the screen, dialog, pane or widget it works in.

Textual's bindings, the key bar, the help, the palette and `docs/keys.md` come from this declaration. An
account may give them other keys: a `Keymap` of the app says which are in force.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from textual._context import active_app
from textual.actions import parse
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen
from textual.widget import Widget

from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap, action_name, place_of


@dataclass(frozen=True)
class KeyAction(Binding):
    """A binding with more texts: one with a `title` is in the palette, its `tooltip` below.

    `description` is shown in the key bar and the help. `show=False` leaves it out of the key bar, and
    `lasting` keeps it there longest where the screen is narrow.
    """

    title: str = ""
    lasting: bool = False

    @property
    def meaning(self) -> str:
        """What it does: its description, and the sentence of its tooltip where there is one."""
        return explained(self.description, self.tooltip)

    @property
    def raw_keys(self) -> tuple[str, ...]:
        """All of its keys as Textual names them; none where an account has taken them away."""
        return tuple(self.key.split(",")) if self.key else ()

    @property
    def keys(self) -> list[str]:
        """All of its keys in readable form."""
        return [written(key) for key in self.raw_keys]

    @property
    def leads_out(self) -> bool:
        """Whether it is the way out of the place it works in."""
        return "escape" in self.raw_keys or self.action == "quit"


def explained(description: str, sentence: str) -> str:
    """Join the description of a key and a sentence about it."""
    return f"{description}: {sentence[:1].lower()}{sentence[1:]}" if sentence else description


class ExplainedActions:
    """A node that refuses an action with a sentence, which is shown when its key is pressed."""

    def mode(self) -> Collection[str]:
        """Return the actions that the present mode is about in order, such as the answers to a question.

        The key bar shows them before all others, and leaves them out last.
        """
        return ()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Return why an action is refused now, without a full stop; empty where it is not."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow actions that are not refused, and none where what they are about is going."""
        return not (isinstance(self, DOMNode) and is_leaving(self)) and not self.why_not(action, parameters)


def is_leaving(node: DOMNode) -> bool:
    """Return whether a node is being removed, or the app ends; its widgets may be gone before it is."""
    app = active_app.get(None)
    return node._pruning or node._closing or (app is not None and app._exit)


def refusal(screen: Screen[Any], key: str) -> str:
    """Return why a key does nothing on a screen now; empty where it works, or is not declared."""
    first = ""
    if is_leaving(screen):
        return first
    for node in nodes_of(screen):
        action = action_on(type(node), key)
        if action is not None:
            _, name, parameters = parse(action.action)
            reason = ""
            if isinstance(node, ExplainedActions) and not is_leaving(node):
                reason = node.why_not(name, parameters)
            if not reason:
                return ""  # it works here, be it refused further in
            first = first or reason
    return first


def written(key: str) -> str:
    """Return a key in readable form: `?` for `question_mark`."""
    text = format_key(key)
    return text if text.isascii() else key  # no arrows: a terminal may have none


def own_actions(kind: type) -> list[KeyAction]:
    """Return the keys that a class itself declares in order, each with its id, such as `board.start`."""
    declared = [each for each in vars(kind).get("BINDINGS", ()) if isinstance(each, KeyAction)]
    place = place_of(getattr(kind, "KEYS_TITLE", kind.__name__))
    return [replace(each, id=each.id or f"{place}.{action_name(each.description)}") for each in declared]


@cache
def declared_actions(kind: type) -> tuple[KeyAction, ...]:
    """Return the keys that a class and its bases declare; the last declaration of a key wins."""
    declared = (each for base in reversed(kind.__mro__) for each in own_actions(base))
    return tuple({each.key: each for each in declared}.values())


@lru_cache(1024)
def rebound_actions(kind: type, keymap: Keymap) -> tuple[KeyAction, ...]:
    """Return the keys of a class and its bases as a keymap has them."""
    declared = declared_actions(kind)
    keys = {each.key: keymap.key_of(each.id or "", each.key) for each in declared}
    return tuple(
        replace(each, key=keys[each.key], key_display=_display(each, keys) or None) for each in declared
    )


def _display(action: KeyAction, keys: dict[str, str]) -> str:
    """Return the text of a pair of keys such as `J K`, each as it is now; keys are by the declared ones."""
    shown = []
    for part in (action.key_display or "").split():
        declared = next((each for each in keys if part in map(written, each.split(","))), "")
        now = keys.get(declared, part)
        shown.append(part if now in (declared, part) else written(now.partition(",")[0]))
    return " ".join(filter(None, shown))


def actions_of(kind: type) -> tuple[KeyAction, ...]:
    """Return the keys of a class and its bases that are in force in the app."""
    keymap = getattr(active_app.get(None), "keymap", DEFAULT_KEYS)
    return rebound_actions(kind, keymap) if keymap else declared_actions(kind)


def action_on(kind: type, key: str) -> KeyAction | None:
    """Return the action of a key; None where it is Textual's, or undeclared."""
    return next((each for each in reversed(actions_of(kind)) if key in each.raw_keys), None)


def key_of(kind: type, action: str) -> str:
    """Return the first key of an action in readable form, its name in the palette where it has no key.

    It is empty where there is no such action.
    """
    found = next((each for each in actions_of(kind) if each.action == action), None)
    if found is None:
        return ""
    return found.keys[0] if found.keys else f"“{found.title or found.description}”"


def key_out(screen: Screen[Any]) -> str:
    """Return the readable key that leads out of where the focus is on a screen; "" where none does."""
    out = {
        each.id
        for node in nodes_of(screen)
        for each in declared_actions(type(node))
        if "escape" in each.raw_keys
    }
    working = working_keys(screen)
    return next((written(bindings[0].key) for action, bindings in working if action.id in out), "")


def rebind(node: DOMNode, keymap: Keymap) -> None:
    """Bind the actions of a node to the keys that a keymap has for them."""
    if not keymap:
        return
    bound = node._bindings.key_to_bindings
    moved: list[tuple[Binding, KeyAction]] = []
    for old, new in zip(declared_actions(type(node)), rebound_actions(type(node), keymap), strict=True):
        here = [key for key in old.raw_keys for each in bound.get(key, ()) if each.action == old.action]
        if here and (old.key, old.key_display) != (new.key, new.key_display):
            moved.append((bound[here[0]][0], new))
            for key in here:
                del bound[key]
    for binding, new in moved:
        bound.update({key: [binding.with_key(key, new.key_display)] for key in new.raw_keys})


def nodes_of(screen: Screen[Any]) -> list[DOMNode]:
    """Return the nodes whose keys work on a screen now, from the focused widget up to the app."""
    focused = screen.focused
    return list(focused.ancestors_with_self if focused is not None else (screen, screen.app))


def working_keys(screen: Screen[Any]) -> list[tuple[KeyAction, list[Binding]]]:
    """Return the keys that work on a screen now with their bindings: first those of the present mode.

    Then come those of the focused widget, and of what it is in. Of a mode the key that leaves it comes last.
    """
    active = screen.active_bindings
    of_modes: list[tuple[int, KeyAction, list[Binding]]] = []
    others: list[tuple[KeyAction, list[Binding]]] = []
    for node in nodes_of(screen):
        mode = tuple(node.mode()) if isinstance(node, ExplainedActions) else ()
        for action in actions_of(type(node)):
            here = [active[key] for key in action.raw_keys if key in active]
            bindings = [
                each.binding
                for each in here
                if each.node is node and each.enabled and not _is_typed(screen.focused, each.binding.key)
            ]
            if bindings and (name := parse(action.action)[1]) in mode:
                of_modes.append((mode.index(name), replace(action, lasting=True), bindings))
            elif bindings:
                others.append((action, bindings))
    of_modes.sort(key=lambda each: ("escape" in each[1].key, each[0]))
    return [*(each[1:] for each in of_modes), *others]


def _is_typed(focused: Widget | None, key: str) -> bool:
    """Return whether the focused field takes a key as a character."""
    text = written(key)
    return focused is not None and len(text) == 1 and focused.check_consume_key(key, text)


def relabel(node: DOMNode, action: str, description: str) -> None:
    """Change the description of an action on this one node."""
    bound = node._bindings.key_to_bindings
    for key, bindings in bound.items():
        bound[key] = [
            replace(each, description=description) if each.action == action else each for each in bindings
        ]
