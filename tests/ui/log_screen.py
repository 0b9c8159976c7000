"""An app that shows a log, for the tests of its pager and its search."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.pilot import Pilot

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.view import LogView


class Screen(App[None]):
    """A log view and nothing else."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back")]

    def __init__(self) -> None:
        super().__init__()
        self.backs = 0
        self.suffixes: list[str] = []

    def compose(self) -> ComposeResult:
        yield LogView()

    def action_back(self) -> None:
        self.backs += 1

    def on_log_view_changed(self, event: LogView.Changed) -> None:
        self.suffixes.append(event.title_suffix)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    @property
    def rows(self) -> list[str]:
        return [self.view.render_line(y).text.rstrip() for y in range(self.view.size.height)]


def numbered(first: int, last: int) -> bytes:
    return "".join(f"line {number}\n" for number in range(first, last)).encode()


async def grow(app: Screen, pilot: Pilot[None], log: LogWriter, first: int, last: int) -> None:
    log.append(numbered(first, last), 2000.0)
    app.view.tick()
    await pilot.pause()


async def searched(app: Screen, pilot: Pilot[None]) -> None:
    while "…" in app.view.suffix:
        await pilot.pause(0.02)


async def look_for(app: Screen, pilot: Pilot[None], text: str) -> None:
    await pilot.press("slash")
    await pilot.pause()
    await pilot.press(*text, "enter")
    await searched(app, pilot)


async def done(app: Screen, pilot: Pilot[None]) -> None:
    """Wait for what was begun: a search, a copy, a file."""
    await app.workers.wait_for_complete()
    await pilot.pause()
