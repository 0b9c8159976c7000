"""The keys of the pane of runs."""

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction

RUN_KEYS: list[BindingType] = [
    KeyAction(
        "slash",
        "filter",
        "filter",
        title="Filter the runs",
        tooltip="By words, state:failed, env:test, since:8h …",
    ),
    KeyAction(
        "F",
        "views",
        "views",
        show=False,
        title="Saved views",
        tooltip="Choose a filter by name, or save one",
    ),
    KeyAction(
        "C",
        "columns",
        "columns",
        show=False,
        title="Columns",
        tooltip="Which columns the list has, in which order, and by which it is sorted",
    ),
    KeyAction("escape", "drop_filter", "no filter", tooltip="Show all runs again"),
]
