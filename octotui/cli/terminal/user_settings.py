"""An account's settings: the zone of shown times, unless `--utc` is given, its lists, and its theme."""

import os
import sys
from datetime import UTC
from typing import TYPE_CHECKING

import click

from octotui.cli.terminal.output import USAGE, complain, warn
from octotui.model.complaints import ModelError
from octotui.views.text.clock_times import Zone

if TYPE_CHECKING:
    from octotui.store.user_config import ListSetting
    from octotui.ui.settings.account_settings import AccountSettings

ASKED = "octotui.utc"


def utc_option(function: click.decorators.FC) -> click.decorators.FC:
    """Add the `--utc` option, which `shown_zone` reads."""
    return click.option(
        "--utc",
        is_flag=True,
        expose_value=False,
        callback=_note,
        help="Tell times in UTC, not in your own time zone.",
    )(function)


def _note(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    ctx.meta[ASKED] = asked


def shown_zone() -> Zone:
    """Return the zone of shown times; exit with code 2 where the configuration is invalid."""
    from octotui.store.user_config import time_zone

    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(ASKED):
        return UTC
    try:
        return time_zone()
    except ModelError as error:
        complain(error.complaints, lister="")
        sys.exit(USAGE)


def chosen_lists() -> "dict[str, ListSetting]":
    """Return the account's settings of lists; warn where the file holds anything else."""
    from octotui.store.user_config import list_settings

    settings, complaint = list_settings()
    if complaint is not None:
        warn(str(complaint))
    return settings


def account_settings() -> "AccountSettings":
    """Return what the account has set for the app; of a faulty file the app shows the problem."""
    from octotui.store.screen_settings.keys_path import has_keys_file
    from octotui.store.screen_settings.pane_file import read_panes, write_panes
    from octotui.store.user_config import keep_theme
    from octotui.ui.settings.account_settings import AccountSettings
    from octotui.ui.settings.keymap import DEFAULT_KEYS
    from octotui.ui.settings.pane_layouts import PaneLayouts

    sizes = read_panes()
    keymap, problems = DEFAULT_KEYS, [sizes.problem]
    if has_keys_file():  # all modules are loaded whose keys could be others
        from octotui.ui.keys.key_file import read_keys

        found = read_keys()
        keymap, problems = found.keymap, [*found.problems, *problems]
    panes = PaneLayouts(sizes.shares, write_panes)
    return AccountSettings(keymap, panes, tuple(filter(None, problems)), shown_theme(), keep_theme)


def shown_theme() -> str:
    """Return the name of the theme of the app; warn where a choice of it cannot be followed."""
    from octotui.store.user_config import chosen_theme

    name, problem = chosen_theme(os.environ)
    if problem:
        warn(problem)
    return name
