"""The `--since` option of all verbs: a local time, a duration back, or an event."""

import re
import time
from typing import Any

import click
import msgspec

from octotui.engine.queries.moments import MomentError, moment

_EVENT = re.compile(r"#?([0-9]{1,15})", re.ASCII)


class Since(msgspec.Struct, frozen=True):
    """A start of listing: at a time (seconds since 1970) or later, and after an event."""

    at: float = 0.0
    after: int = 0

    def admits(self, seq: int, at: float) -> bool:
        """Return whether an event of this seq and time is listed."""
        return seq > self.after and at >= self.at


EVERYTHING = Since()


class SinceType(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks alone
    """The type of `--since`; exits with code 2 for neither a time nor an event."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Since:
        """Parse a time or an event."""
        if isinstance(value, Since):
            return value
        if event := _EVENT.fullmatch(value):
            return Since(after=int(event[1]))
        try:
            return Since(at=moment(value, time.time()))
        except MomentError as error:
            self.fail(f"{error}; #123 is what came after the event 123", param, ctx)


def since_option(function: click.decorators.FC) -> click.decorators.FC:
    """Add the `--since` option, a `Since`; `EVERYTHING` without it."""
    return click.option(
        "--since",
        metavar="TIME",
        type=SinceType(),
        default=EVERYTHING,
        help='Only from then on: a time here ("2026-01-31", "2026-01-31T14:02", "14:02"), a duration back'
        ' ("8h"), or "#123" for what came after that event.',
    )(function)
