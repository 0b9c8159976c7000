"""The app as its account has set it: keys, sizes of panes, and the theme."""

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.widget import Widget

from octotui.model.complaints import ModelError
from octotui.store.errors import StoreError
from octotui.ui.key_actions import rebind, rebound_actions
from octotui.ui.key_order import SAYS_HOW, OrderedKeysApp
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.settings.pane_layouts import PaneLayouts
from octotui.ui.terminal.plain_driver import driver_for
from octotui.ui.theme import DARK, TERMINAL, THEMES

T = TypeVar("T")


class AccountApp(OrderedKeysApp[T]):
    """An app with an account's keys, panes and theme; it says by `say` what it cannot do."""

    def __init__(self, account: AccountSettings) -> None:
        asked = os.environ.pop("NO_COLOR", "")  # by which Textual would show shades of grey
        super().__init__()
        if asked:
            os.environ["NO_COLOR"] = asked  # for editors, and for the app on the next space
        self.is_colourless = bool(asked)
        self._dress(TERMINAL.name if asked else account.theme or DARK.name)
        self.account = account
        self.keymap = account.keymap
        self.panes = account.panes or PaneLayouts()
        self._keeping: asyncio.Task[None] | None = None
        rebind(self, self.keymap)
        leaving = (key for key in self._quit_keys if key_to_character(key) is None)
        self.urgent = frozenset({SAYS_HOW, *leaving})

    def _dress(self, theme: str) -> None:
        """Take the first theme, so that the stylesheet is read only once, and the driver of the terminal."""
        for each in THEMES.values():
            self.register_theme(each)
        self.set_reactive(App.theme, theme)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self.driver_class = driver_for(os.environ) or self.driver_class

    @property
    def _quit_keys(self) -> tuple[str, ...]:
        """The keys that leave the app; one of them is no character."""
        actions = rebound_actions(type(self), self.keymap)
        return next(each.raw_keys for each in actions if each.action == "quit")

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        """Give each new widget and screen the account's keys, when Textual registers it."""
        super()._register_child(parent, child, before, after)
        rebind(child, self.keymap)

    def say(self, sentence: str) -> None:
        """Show a sentence until the next key."""
        raise NotImplementedError

    async def choose_theme(self, name: str) -> None:
        """Show a theme, and save it for the next time."""
        if self.is_colourless:
            self.say("NO_COLOR is set: there are no colours to choose")
            return
        self.theme = name
        if self.account.keep_theme is not None:
            await self.save(self.account.keep_theme, name)

    async def save(self, keep: Callable[..., None], *what: object) -> None:
        """Save a choice; show an error where that fails."""
        try:
            await asyncio.to_thread(keep, *what)  # another process may hold the file
        except (StoreError, ModelError) as problem:
            self.notify(f"not kept: {problem}", severity="error", markup=False)

    def keep_panes(self) -> None:
        """Save sizes of panes that have changed, beside what goes on; the app waits for that as it ends."""
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep_panes())

    async def _keep_panes(self) -> None:
        """Save what has changed, and what changes meanwhile, so that the last change stays."""
        while changed := self.panes.take_changed():
            await self.save(self.panes.save, changed)

    async def on_unmount(self) -> None:
        """Wait until the sizes of panes are saved."""
        self.keep_panes()
        if self._keeping is not None:
            await self._keeping
