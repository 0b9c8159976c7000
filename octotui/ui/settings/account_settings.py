"""What an account has set for the app, in files of its own, and what is wrong with these."""

from collections.abc import Callable
from typing import NamedTuple

from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap
from octotui.ui.settings.pane_layouts import PaneLayouts


class AccountSettings(NamedTuple):
    """The keys in force, the sizes of panes, and the name of the theme; `keep_theme` saves another one.

    `problems` are sentences about files that are not used; the app shows them.
    """

    keymap: Keymap = DEFAULT_KEYS
    panes: PaneLayouts | None = None
    problems: tuple[str, ...] = ()
    theme: str = ""
    keep_theme: Callable[[str], None] | None = None

    def unsaved(self) -> "AccountSettings":
        """Return the same settings for an app that writes no file of the account."""
        panes = self.panes.unsaved() if self.panes is not None else None
        return self._replace(panes=panes, keep_theme=None)
