"""What an account has set for the app, in files of its own, and what is wrong with these."""

from typing import NamedTuple

from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap
from octotui.ui.settings.pane_layouts import PaneLayouts


class AccountSettings(NamedTuple):
    """The keys in force and the sizes of panes.

    `problems` are sentences about files that are not used; the app shows them.
    """

    keymap: Keymap = DEFAULT_KEYS
    panes: PaneLayouts | None = None
    problems: tuple[str, ...] = ()
