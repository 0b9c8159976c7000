"""The app's way to a page: Textual's driver for browsers, which ends the app with its server."""

from contextlib import suppress

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp


class BrowserDriver(WebDriver):
    """Reads keys from stdin and draws on stdout, in frames; without a server there, the app ends."""

    def run_input_thread(self) -> None:
        """Read frames until there are no more."""
        super().run_input_thread()
        with suppress(RuntimeError):  # where the app has ended already
            self._loop.call_soon_threadsafe(self._app.post_message, ExitApp())
