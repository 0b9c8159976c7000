"""Telling who sits at the terminal that a question waits: what terminals show as notifications."""

from collections.abc import Callable

from octotui.engine.state import State
from octotui.views.questions import notification
from octotui.views.text.visible_text import visible

LONGEST = 200  # characters of a notification
NO_TITLES = ("linux", "dumb")  # terminals that would print what they do not understand


class TerminalNotifications:
    """Knows which questions were there before; those that come are told once each (I6)."""

    def __init__(self, user: str, state: State, tell: Callable[[str], None]) -> None:
        self._user = user
        self._tell = tell
        self._asking = state.asking

    def check(self, state: State) -> None:
        """Tell of the questions that are new, if this user may answer them."""
        if state.asking is not self._asking:
            before = set(self._asking)
            self._asking = state.asking
            for entry in state.asking:
                if entry not in before and (text := notification(state, entry[1], self._user)):
                    self._tell(text)


def escapes(text: str) -> str:
    """A notification as terminals understand it: OSC 9 and OSC 777, without anything that could be more."""
    plain = visible(text.replace("\n", " "))[:LONGEST]
    return f"\x1b]9;octotui: {plain}\x1b\\" + f"\x1b]777;notify;octotui;{plain.replace(';', ',')}\x1b\\"
