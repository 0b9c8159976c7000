"""Pictures of the app, drawn from the same scenes as the snapshots of the tests."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast
from unittest import mock

from octotui.runtime.space_access import SpaceAccess
from octotui.ui.app import OctotuiApp
from tests import scenes
from tests.scenes import Scene
from tests.ui.fake import FakeSession

SIZE = 100, 28  # columns and lines: what a page shows without a reader having to zoom


class Picture(NamedTuple):
    """A scene, and the keys that are pressed before it is drawn."""

    scene: Callable[[], Scene]
    keys: tuple[str, ...] = ()


PICTURES = {
    "lock-wait": Picture(scenes.lock_wait, ("j", "j", "j")),
    "question": Picture(scenes.asking, ("a",)),
    "why": Picture(scenes.approved, ("w",)),
    "targets": Picture(scenes.turns),
}
"""Each picture of `docs/pictures`, by its name."""


def draw(picture: Picture) -> str:
    """Return a picture as SVG; the same at any time, in any time zone, on any machine."""
    with still(), tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_drawn(picture, Path(folder)))


async def _drawn(picture: Picture, folder: Path) -> str:
    session = FakeSession(picture.scene(), folder, "ann")
    app = OctotuiApp(cast("SpaceAccess", session), now=session.now)
    async with app.run_test(size=SIZE) as pilot:
        for key in picture.keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.pause(0.2)
        return app.export_screenshot(simplify=True)


@contextmanager
def still() -> Iterator[None]:
    """While this lasts, nothing moves, it is UTC, and there are colours."""
    plain = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with mock.patch.dict(os.environ, {**plain, "TEXTUAL_ANIMATIONS": "none", "TZ": "UTC"}, clear=True):
        time.tzset()
        yield
    time.tzset()
