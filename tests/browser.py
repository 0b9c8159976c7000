"""A headless Chromium that tests drive over its DevTools protocol: pyte reads what a page is sent."""

import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pyte

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
KEYS = {
    "enter": ("Enter", 13, "\r"),
    "esc": ("Escape", 27, ""),
    "down": ("ArrowDown", 40, ""),
    "up": ("ArrowUp", 38, ""),
}
SIZE = 1280, 800


class Browser:
    """One page, its terminal and its requests."""

    def __init__(self, devtools: aiohttp.ClientWebSocketResponse) -> None:
        self._devtools = devtools
        self._numbers = count(1)
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.statuses: dict[str, int] = {}
        self.complaints: list[str] = []
        self._reading = asyncio.ensure_future(self._read())

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of the DevTools protocol."""
        number = next(self._numbers)
        self._replies[number] = reply = asyncio.get_running_loop().create_future()
        await self._devtools.send_json({"id": number, "method": method, "params": parameters})
        return await reply

    async def _read(self) -> None:
        why: Exception = ConnectionError("the browser has closed the connection")
        try:
            async for message in self._devtools:
                self._take(json.loads(message.data))
        except Exception as problem:
            why = problem
        for reply in self._replies.values():
            reply.set_exception(why)

    def _take(self, message: dict[str, Any]) -> None:
        if (number := message.get("id")) is not None:
            reply = self._replies.pop(number)
            if "error" in message:
                reply.set_exception(RuntimeError(str(message["error"])))
            else:
                reply.set_result(message["result"])
            return
        said = message.get("params", {})
        match message["method"]:
            case "Network.webSocketFrameReceived" if said["response"]["opcode"] == 2:
                self._stream.feed(base64.b64decode(said["response"]["payloadData"]))
            case "Network.webSocketFrameSent" if said["response"]["payloadData"].startswith('["resize"'):
                size = json.loads(said["response"]["payloadData"])[1]
                self.screen.resize(size["height"], size["width"])
            case "Network.responseReceived":
                self.statuses[said["response"]["url"]] = said["response"]["status"]
            case "Log.entryAdded" if said["entry"]["level"] == "error":
                self.complaints.append(said["entry"]["text"])

    async def open(self, url: str) -> None:
        """Open a page."""
        for domain in ("Network", "Page", "Log", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=url)

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def wait(self, *texts: str, gone: str = "", seconds: float = 60.0) -> None:
        """Wait until all of these are on the terminal, and `gone` is not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not all(each in self.text for each in texts) or (gone and gone in self.text):
                    await asyncio.sleep(0.05)
                return
        raise AssertionError(f"{texts} without {gone!r} never came:\n{self.text}\n{self.complaints}")

    async def press(self, *keys: str) -> None:
        """Press keys by name, or type a text."""
        for key in keys:
            for each in [key] if key in KEYS else key:
                name, code, text = KEYS[each] if each in KEYS else (each, ord(each.upper()), each)
                event = {"key": name, "windowsVirtualKeyCode": code}
                await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
                await self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    async def evaluate(self, script: str) -> Any:
        """Return what a script in the page says, once it is known."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        return (await self.call("Runtime.evaluate", **asked))["result"].get("value")

    async def picture(self, path: Path) -> None:
        """Take a picture of the page."""
        await self.evaluate("new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 100)))")
        path.write_bytes(base64.b64decode((await self.call("Page.captureScreenshot"))["data"]))


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """Start Chromium with a profile of its own, yield its page, and end all of its processes."""
    assert CHROMIUM is not None
    folder.mkdir(exist_ok=True)
    width, height = SIZE
    arguments = [
        *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
        *(f"--user-data-dir={folder}", f"--window-size={width},{height}", "about:blank"),
    ]
    process = subprocess.Popen(
        [CHROMIUM, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
    )
    try:
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(await _page(client, folder), max_msg_size=0) as devtools,
        ):
            yield Browser(devtools)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _page(client: aiohttp.ClientSession, folder: Path) -> str:
    """Return where the first page listens, once it does."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError, ValueError, StopIteration):
                port = int((folder / "DevToolsActivePort").read_text().split()[0])
                async with client.get(f"http://127.0.0.1:{port}/json") as listed:
                    pages = (each for each in await listed.json() if each["type"] == "page")
                    return str(next(pages)["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)
