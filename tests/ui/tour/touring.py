"""The app of the demo on a scene."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.ui.tour.tour_app import TourApp
from tests.scenes import Scene
from tests.ui.fake import FakeSession
from tests.ui.opened import Opened


class Toured(Opened):
    """The app of the demo under test."""

    @property
    def bar(self) -> str:
        """The line of the tour, if it is there."""
        return next((line for line in self.text.splitlines() if line.startswith(" Tour ")), "")


@asynccontextmanager
async def touring(
    scene: Scene, directory: Path, size: tuple[int, int] = (120, 40), **more: object
) -> AsyncIterator[Toured]:
    """The app on a scene, its tour at the beginning."""
    session = FakeSession(scene, directory, "ann")
    app = TourApp(session, **more)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        found = Toured(pilot, session)
        await found.until(lambda: found.app.screen.is_mounted and found.bar)
        yield found
