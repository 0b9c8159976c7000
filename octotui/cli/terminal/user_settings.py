"""What an account has set up: the zone in which times are told, unless `--utc` is said, and its lists."""

import sys
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

import click

from octotui.cli.terminal.output import USAGE, complain
from octotui.model.complaints import ModelError
from octotui.views.text.clock_times import Zone

if TYPE_CHECKING:
    from octotui.store.user_config import ListSetting

T = TypeVar("T")
ASKED = "octotui.utc"


def utc_option(function: click.decorators.FC) -> click.decorators.FC:
    """The `--utc` option, which `shown_zone` knows of."""
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
    """The zone to tell times in; leaves with exit code 2 where the configuration is wrong."""
    from octotui.store.user_config import time_zone

    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(ASKED):
        return UTC
    return _read(time_zone)


def chosen_lists() -> "dict[str, ListSetting]":
    """The columns and orders that the account chose for lists; leaves with code 2 where they are wrong."""
    from octotui.store.user_config import list_settings

    return _read(list_settings)


def _read(reader: Callable[[], T]) -> T:
    """What is read of a configuration; what is wrong with it is said."""
    try:
        return reader()
    except ModelError as error:
        complain(error.complaints)
        sys.exit(USAGE)
