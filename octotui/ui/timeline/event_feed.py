"""Follows the events of a space for screens that come and go, with one listener for all of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakMethod

from octotui.engine.events import AnyEvent
from octotui.engine.state import State

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess

Follower = Callable[[tuple[AnyEvent, ...]], None]


class EventFeed:
    """Passes each commit on to those followers that still exist."""

    def __init__(self, session: "SpaceAccess") -> None:
        self._followers: list[WeakMethod[Follower]] = []
        session.listen(self._pass)

    def follow(self, follower: Follower) -> None:
        """Call a method with the events of each commit, as long as its object exists."""
        self._followers.append(WeakMethod(follower))

    def _pass(self, events: tuple[AnyEvent, ...], before: State, after: State) -> None:
        self._followers = [each for each in self._followers if each() is not None]
        for each in self._followers:
            follower = each()
            if follower is not None:
                follower(events)


_feeds: "WeakKeyDictionary[SpaceAccess, EventFeed]" = WeakKeyDictionary()


def feed_of(session: "SpaceAccess") -> EventFeed:
    """Return the feed of a session, made at first use."""
    if session not in _feeds:
        _feeds[session] = EventFeed(session)
    return _feeds[session]
