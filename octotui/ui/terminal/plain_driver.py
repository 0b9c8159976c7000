"""The driver for terminals that print the sequences they do not know, such as the console of Linux."""

import re
from collections.abc import Mapping

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

UNKNOWN = re.compile(
    r"""
    (?: \x1b\[ [<>] [0-9;]* u               # the keyboard protocol of kitty
      | \x1b\[ \?? [0-9;]* \$ p             # questions about modes
      | \x1b\] [^\x07\x1b]* (?: \x07 | \x1b\\ )  # titles, notifications, the shape of the pointer
    )+
    """,
    re.VERBOSE,
)
PLAIN = re.compile(r"(?:linux|dumb|ansi|cons25|vt\d+)\b")


class PlainDriver(LinuxDriver):
    """Writes nothing that such a terminal would print, and asks it nothing."""

    def write(self, data: str) -> None:
        """Write, unless it is nothing but sequences that are unknown there."""
        if not UNKNOWN.fullmatch(data):
            super().write(data)


def driver_for(environment: Mapping[str, str]) -> type[Driver] | None:
    """Return the driver for the terminal of an environment, None for that of Textual's choice."""
    is_plain = PLAIN.match(environment.get("TERM", "")) and not environment.get("TEXTUAL_DRIVER")
    return PlainDriver if is_plain else None
