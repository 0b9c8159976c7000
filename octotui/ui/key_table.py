"""`docs/keys.md`: all keys, made of their declarations by `python -m octotui.ui.key_table > docs/keys.md`."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

import octotui.ui
from octotui.ui.key_actions import KeyAction, own_actions

HEAD = """# Keys

`?` says which keys work in the pane you are in, and the last line of the screen shows those that matter now.
`:` opens the palette: what has a name there can be found by typing. Keys of a pane go before those of its
screen.

<!-- Made from the declarations beside each screen and pane: python -m octotui.ui.key_table > docs/keys.md -->
"""
ORDER = ("app", "screens.run_actions", "screens", "panels", "widgets", "log", "dialogs", "replay_app")


def modules() -> Iterator[ModuleType]:
    """The modules of the app, those of what people see first in front."""
    names = [each.name for each in walk_packages(octotui.ui.__path__, "octotui.ui.")]
    places = {name: _place(name.removeprefix("octotui.ui.")) for name in names}
    for place in ORDER:
        yield from (import_module(name) for name in names if places[name] == place)


def _place(name: str) -> str:
    """The part of the order that a module is in: the most exact one."""
    parts = [each for each in ORDER if f"{name}.".startswith(f"{each}.")]
    return max(parts, key=len, default="")


def declaring() -> list[type]:
    """All classes of the app that declare keys."""
    return [
        kind
        for module in modules()
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == module.__name__ and own_actions(kind)
    ]


def sections() -> dict[str, list[KeyAction]]:
    """The keys beneath the name of what they work in."""
    found: dict[str, list[KeyAction]] = {}
    for kind in declaring():
        found.setdefault(getattr(kind, "KEYS_TITLE", kind.__name__), []).extend(own_actions(kind))
    return found


def table(actions: list[KeyAction]) -> str:
    """The keys of one place as a table in Markdown."""
    rows = [f"| {_keys(each)} | {_does(each)} | {each.title} |" for each in actions]
    return "\n".join(["| key | what it does | in the palette |", "| --- | --- | --- |", *rows])


def _keys(action: KeyAction) -> str:
    return " ".join(f"`{key}`" for key in action.keys)


def _does(action: KeyAction) -> str:
    more = action.tooltip[:1].lower() + action.tooltip[1:]
    return f"{action.description}: {more}" if more else action.description


def document() -> str:
    """The whole file."""
    parts = (f"## {title}\n\n{table(actions)}\n" for title, actions in sections().items())
    return "\n".join([HEAD, *parts])


if __name__ == "__main__":
    sys.stdout.write(document())
