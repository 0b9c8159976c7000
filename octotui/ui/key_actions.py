"""Key actions, each declared once: in the `BINDINGS` of the screen, dialog, pane or widget it works in.

Textual's bindings, the key bar, the help, the palette and `docs/keys.md` come from this declaration.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from textual.actions import parse
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen
from textual.widget import Widget


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
    def keys(self) -> list[str]:
        """All of its keys in readable form."""
        return [written(key) for key in self.key.split(",")]


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
        """Allow actions that are not refused."""
        return not self.why_not(action, parameters)


def refusal(screen: Screen[Any], key: str) -> str:
    """Return why a key does nothing on a screen now; empty where it works, or is not declared."""
    first = ""
    for node in nodes_of(screen):
        action = action_on(type(node), key)
        if action is not None:
            _, name, parameters = parse(action.action)
            reason = node.why_not(name, parameters) if isinstance(node, ExplainedActions) else ""
            if not reason:
                return ""  # it works here, be it refused further in
            first = first or reason
    return first


def written(key: str) -> str:
    """Return a key in readable form: `?` for `question_mark`."""
    text = format_key(key)
    return text if text.isascii() else key  # no arrows: a terminal may have none


def own_actions(kind: type) -> list[KeyAction]:
    """Return the keys that a class itself declares, in order."""
    return [each for each in vars(kind).get("BINDINGS", ()) if isinstance(each, KeyAction)]


@cache
def actions_of(kind: type) -> tuple[KeyAction, ...]:
    """Return the keys that a class and its bases declare; the last declaration of a key wins."""
    declared = (each for base in reversed(kind.__mro__) for each in own_actions(base))
    return tuple({each.key: each for each in declared}.values())


def action_on(kind: type, key: str) -> KeyAction | None:
    """Return the declaration of a key; None where it is Textual's, or undeclared."""
    return next((each for each in reversed(actions_of(kind)) if key in each.key.split(",")), None)


def key_of(kind: type, action: str) -> str:
    """Return the first key of an action in readable form; empty where there is none."""
    return next((each.keys[0] for each in actions_of(kind) if each.action == action), "")


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
            here = [active[key] for key in action.key.split(",") if key in active]
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
