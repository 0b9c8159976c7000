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
from tests.ui.headless import screen_settled

BOARD, DIALOG = (120, 28), (90, 26)  # columns and lines


class Picture(NamedTuple):
    """A scene, the keys that are pressed before it is drawn, the terminal's size, and what jobs print."""

    scene: Callable[[], Scene]
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = BOARD
    output: str = ""


PICTURES = {
    "lock-wait": Picture(scenes.lock_wait, ("j", "j", "j")),
    "question": Picture(scenes.asking, ("a",), DIALOG),
    "why": Picture(scenes.approved, ("w",), DIALOG),
    "targets": Picture(scenes.turns, output="copying shop 1.10.0\nfilling in settings.json\n"),
}
"""Each picture of `docs/pictures`, by its name."""


def draw(picture: Picture) -> str:
    """Return a picture as SVG; the same at any time, in any time zone, on any machine."""
    with still(), tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_drawn(picture, Path(folder)))


class _Session(FakeSession):
    """The session of a scene, whose jobs have printed what a picture wants."""

    output = ""

    def log_path(self, run: str, job: str) -> Path:
        path = self.directory / f"{job}.log"
        path.write_text(self.output)
        return path


async def _drawn(picture: Picture, folder: Path) -> str:
    session = _Session(picture.scene(), folder, "ann")
    session.output = picture.output
    app = OctotuiApp(cast("SpaceAccess", session), now=session.now)
    async with app.run_test(size=picture.size) as pilot:
        for key in picture.keys:
            await pilot.press(key)
            await pilot.pause()
        await screen_settled(pilot)
        last = picture.output.rpartition("\n")[0].rpartition("\n")[2].replace(" ", "&#160;")
        for _ in range(100):  # output is read beside the screen
            if last in (drawn := app.export_screenshot()):
                break
            await pilot.pause(0.1)
        return drawn


@contextmanager
def still() -> Iterator[None]:
    """While this lasts, nothing moves, it is UTC, and there are colours."""
    plain = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with mock.patch.dict(os.environ, {**plain, "TEXTUAL_ANIMATIONS": "none", "TZ": "UTC"}, clear=True):
        time.tzset()
        yield
    time.tzset()
