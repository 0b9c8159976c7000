"""The commands of the palette: titled actions of the focused pane, the screen and the app."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from textual.actions import parse
from textual.app import SystemCommand
from textual.dom import DOMNode
from textual.screen import Screen

from octotui.store.user_config import THEMES
from octotui.ui.key_actions import KeyAction, actions_of, nodes_of


def commands(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Yield the titled actions that work now."""
    for node in nodes_of(screen):
        for action in actions_of(type(node)):
            if action.title and _is_offered(node, action):
                run = partial(screen.app.run_action, action.action, node)
                yield SystemCommand(action.title, action.tooltip, run)


def theme_commands(choose: Callable[[str], Awaitable[None]]) -> Iterator[SystemCommand]:
    """Yield a command for each theme."""
    for name, sentence in THEMES.items():
        yield SystemCommand(f"Theme: {name}", sentence, partial(choose, name))


def _is_offered(node: DOMNode, action: KeyAction) -> bool:
    _, name, parameters = parse(action.action)
    return bool(node.check_action(name, parameters))
