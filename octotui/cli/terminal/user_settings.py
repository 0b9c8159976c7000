"""The zone in which times are told: `--utc`, else that of the account's `config.toml`, else the machine's."""

import sys
from datetime import UTC

import click

from octotui.cli.terminal.output import USAGE, complain
from octotui.model.complaints import ModelError
from octotui.views.text.clock_times import Zone

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
    try:
        return time_zone()
    except ModelError as error:
        complain(error.complaints)
        sys.exit(USAGE)
