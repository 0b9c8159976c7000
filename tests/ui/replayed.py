"""The app on a replay of a scene."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.runtime.replay import Replay
from octotui.ui.replay_app import ReplayApp
from tests.exported import replay, tamed
from tests.scenes import Scene
from tests.ui.opened import Opened


class Replayed(Opened):
    """An app under test that shows a replay."""

    @property
    def film(self) -> Replay:
        app = self.app
        assert isinstance(app, ReplayApp)
        return app.replay


@asynccontextmanager
async def replayed(
    directory: Path, size: tuple[int, int] = (120, 40), scene: Scene | None = None, **more: object
) -> AsyncIterator[Replayed]:
    """The app on four runs that meet, at the last moment."""
    app = ReplayApp(replay(directory, scene or tamed()), **more)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        found = Replayed(pilot, None)  # type: ignore[arg-type]
        await found.until(lambda: app.screen.is_mounted and "Replay" in found.text)
        yield found
