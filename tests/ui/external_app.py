"""An app that opens a file in editor or pager by a key, and counts meanwhile: `python -m` it with a file."""

import sys
from pathlib import Path

from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Static

from octotui.ui.external import open_file


class ExternalApp(App[None]):
    """Says how the program ended, and how far it has counted since it began."""

    def compose(self) -> ComposeResult:
        """Yield what it says."""
        yield Static("ready", id="said", markup=False)

    def on_mount(self) -> None:
        """Count, with more output and bells than a terminal that is not read takes in."""
        self.counted = 0
        self.set_interval(0.002, self._count)

    def _count(self) -> None:
        self.counted += 1
        self.bell()
        if len(sys.argv) > 2 and Path(sys.argv[2]).exists():
            self.exit()  # as when its space is closed

    @work
    async def on_key(self, event: object) -> None:
        """Open the file; q leaves."""
        key = getattr(event, "key", "")
        if key == "q":
            self.exit()
            return
        before = self.counted
        ended = await open_file(self, Path(sys.argv[1]), 3, "PAGER" if key == "p" else "EDITOR")
        went_on = self.counted > before + 50
        self.query_one(Static).update(f"ended well: {ended}, went on: {went_on}")


if __name__ == "__main__":
    ExternalApp().run()
