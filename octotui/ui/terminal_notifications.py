"""Notifications of questions through the terminal."""

from collections.abc import Callable

from octotui.engine.state import State
from octotui.views.questions import notification
from octotui.views.text.visible_text import visible

LONGEST = 200  # characters of a notification
NO_TITLES = ("linux", "dumb")  # terminals that print unknown sequences


class TerminalNotifications:
    """Knows the earlier questions, and notifies of each new one once (I6)."""

    def __init__(self, user: str, state: State, tell: Callable[[str], None]) -> None:
        self._user = user
        self._tell = tell
        self._asking = state.asking

    def check(self, state: State) -> None:
        """Notify of new questions that this user may answer."""
        if state.asking is not self._asking:
            before = set(self._asking)
            self._asking = state.asking
            for entry in state.asking:
                if entry not in before and (text := notification(state, entry[1], self._user)):
                    self._tell(text)


def escapes(text: str) -> str:
    """Return a notification as OSC 9 and OSC 777, which the text cannot break out of."""
    plain = visible(text.replace("\n", " "))[:LONGEST]
    return f"\x1b]9;octotui: {plain}\x1b\\" + f"\x1b]777;notify;octotui;{plain.replace(';', ',')}\x1b\\"
