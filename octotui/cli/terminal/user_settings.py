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
        complain(error.complaints)
        sys.exit(USAGE)


def chosen_lists() -> "dict[str, ListSetting]":
    """Return the account's settings of lists; warn where the file holds anything else."""
    from octotui.store.user_config import list_settings

    settings, complaint = list_settings()
    if complaint is not None:
        warn(str(complaint))
    return settings


def shown_theme() -> str:
    """Return the name of the theme of the app; warn where a choice of it cannot be followed."""
    from octotui.store.user_config import chosen_theme

    name, problem = chosen_theme(os.environ)
    if problem:
        warn(problem)
    return name
