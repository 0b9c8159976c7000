"""The app on a scene, and ways to see what it shows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot

from octotui.ui.app import Left, OctotuiApp
from tests.scenes import Scene
from tests.ui.fake import FakeSession


class Opened(NamedTuple):
    """An app under test: its pilot and its session."""

    pilot: Pilot[Left]
    session: FakeSession

    @property
    def app(self) -> OctotuiApp:
        app = self.pilot.app
        assert isinstance(app, OctotuiApp)
        return app

    @property
    def text(self) -> str:
        """What the top screen shows."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def press(self, *keys: str) -> str:
        """Press keys, and say what is seen then."""
        await self.pilot.press(*keys)
        while self.app.is_handling_keys and self.app.is_running:
            await asyncio.sleep(0.001)
        await self.pilot.pause()
        return self.text

    async def sees(self, *texts: str) -> None:
        """Wait until all these texts are on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), lambda: f"{texts} in\n{self.text}")

    async def until(self, holds: Callable[[], object], told: Callable[[], str] = lambda: "it") -> None:
        """Wait until something holds, at most five seconds."""
        for _ in range(250):
            await self.pilot.pause()
            if holds():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"waited for {told()}")


@asynccontextmanager
async def opened(
    scene: Scene, directory: Path, size: tuple[int, int] = (120, 40), user: str = "ann", **more: object
) -> AsyncIterator[Opened]:
    """The app on a scene, its board drawn."""
    session = FakeSession(scene, directory, user)
    app = OctotuiApp(session, now=session.now, **more)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        found = Opened(pilot, session)
        await found.until(lambda: app.screen.is_mounted and "octot" in found.text)
        yield found
