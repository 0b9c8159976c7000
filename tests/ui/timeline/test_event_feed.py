"""Events are followed by screens that come and go, with one listener."""

import gc

from octotui.engine.events import AnyEvent
from octotui.engine.state import State
from octotui.runtime.space_access import Listener
from octotui.ui.timeline.event_feed import feed_of
from tests import scenes


class Session:
    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self.listeners.append(listener)


class Screen:
    def __init__(self) -> None:
        self.heard: list[AnyEvent] = []

    def hear(self, events: tuple[AnyEvent, ...]) -> None:
        self.heard += events


def test_one_listener_serves_all_screens_that_exist() -> None:
    session, first, second = Session(), Screen(), Screen()
    events = tuple(scenes.seed().world.events)
    for screen in (first, second):
        feed_of(session).follow(screen.hear)  # type: ignore[arg-type]
    [listener] = session.listeners
    listener(events[:2], State(), State())
    del first
    gc.collect()
    listener(events[2:], State(), State())
    assert second.heard == list(events)
    assert len(feed_of(session)._followers) == 1  # type: ignore[arg-type]
