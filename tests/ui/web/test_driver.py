"""The app of a page ends when its server is gone."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE

APP = """
from textual.app import App
App().run()
"""


async def test_the_app_ends_when_nobody_is_at_the_other_end() -> None:
    """Killed without a chance to end its apps, a server leaves none behind."""
    environment = {**os.environ, "TEXTUAL_DRIVER": "octotui.ui.web.driver:BrowserDriver"}
    app = await asyncio.create_subprocess_exec(
        sys.executable, "-c", APP, stdin=PIPE, stdout=PIPE, env=environment
    )
    assert app.stdout is not None
    assert app.stdin is not None
    assert await app.stdout.readline() == b"__GANGLION__\n"
    app.stdin.close()
    async with asyncio.timeout(30):
        rest, _ = await app.communicate()
    assert app.returncode == 0
    assert b'M\x00\x00\x00\x10{"type": "exit"}' in rest
