"""What an account has set for the app, in files of its own, and what is wrong with these."""

from typing import NamedTuple

from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap


class AccountSettings(NamedTuple):
    """The keys in force; `problems` are sentences about files that are not used, which the app shows."""

    keymap: Keymap = DEFAULT_KEYS
    problems: tuple[str, ...] = ()
