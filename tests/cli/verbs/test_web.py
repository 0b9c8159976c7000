"""`octotui web`: the app in a browser, for whoever has the URL that works once."""

import asyncio
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from octotui.cli.verbs.web import MISSING, allowed_peers, app_command
from tests.browser import CHROMIUM, browser
from tests.cli.conftest import OK, ROOT, Call, command, environment
from tests.servers import gone

pytestmark = pytest.mark.usefixtures("servers_end")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; .ci/run installs it")
KRAKEN = ROOT / "configs" / "kraken.toml"


class Served(NamedTuple):
    """A process of `octotui web`, and the URL that it has printed."""

    process: asyncio.subprocess.Process
    url: str

    @property
    def page(self) -> str:
        """The URL without the token."""
        return self.url.partition("?")[0]

    @property
    def apps(self) -> list[int]:
        """The processes of its pages."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(each) for each in found]


@asynccontextmanager
async def served(*arguments: object) -> AsyncIterator[Served]:
    """Call `octotui web`."""
    process = await asyncio.create_subprocess_exec(
        *command("web", *arguments),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env=environment(TERM="dumb", COLUMNS="40"),
    )
    assert process.stdout is not None
    try:
        yield Served(process, (await process.stdout.readline()).decode().strip())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@needs_chromium
async def test_i10_the_kraken_is_started_approved_and_seen_to_finish_in_a_browser(tmp_path: Path) -> None:
    """I10: all by keys in a page; a second use of the token, and another site's page, are refused."""
    async with served(KRAKEN, "--state", tmp_path) as web, browser(tmp_path / "profile") as page:
        await page.open(web.url)
        await page.wait("No runs yet", "q detach")
        await page.press("s")
        await page.wait("Start which runbook?")
        await page.press("Tame")
        await page.wait("▌Tame the kraken")
        await page.press("enter")
        await page.wait("in which environment?")
        await page.press("enter")
        await page.wait("run-1 Tame the kraken", gone="Start which runbook?")
        await page.wait("? run-1")
        await page.press("a")
        await page.wait("Is four databases really what you want?")
        await page.press("t")
        await page.wait("p proceed")
        await page.picture(tmp_path / "question.png")
        assert (tmp_path / "question.png").read_bytes().startswith(b"\x89PNG")
        await page.press("p")
        await page.wait("✔ run-1")
        assert not page.complaints
        [app] = web.apps
        async with aiohttp.ClientSession() as client, client.get(web.url) as again:
            assert again.status == 403
        await page.open("data:text/html,<p>another site</p>")  # with the cookie of the other page at hand
        gone(app)
        at = web.page.replace("http", "ws")
        asked = "s.onopen = () => end('let in'); s.onclose = () => end('refused')"
        ended = f"new Promise(end => {{ const s = new WebSocket('{at}ws'); {asked} }})"
        assert await page.evaluate(ended) == "refused"
        assert web.apps == []


async def test_i10_it_ends_cleanly_with_its_apps(write: Callable[..., Path], state: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        async with served(write(OK), "--state", state) as web, aiohttp.ClientSession() as client:
            async with client.get(web.url, allow_redirects=False) as entered:
                cookie = entered.headers["Set-Cookie"].split(";")[0]
            headers = {"Cookie": cookie, "Origin": "/".join(web.page.split("/")[:3])}
            async with client.ws_connect(f"{web.page}ws?width=80&height=24", headers=headers) as app:
                seen = b""
                while b"No runs yet" not in seen:
                    seen += (await app.receive(60)).data
                [process] = web.apps
                web.process.send_signal(number)
                assert await web.process.wait() == (-9 if number == signal.SIGKILL else 0)
            gone(process)
            assert web.process.stdout is not None
            assert await web.process.stdout.read() == b""  # neither a token, nor what is asked, is logged


def test_without_textual_serve_it_says_what_to_install(
    octotui: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    for name in [each for each in sys.modules if each.startswith("octotui.ui.web.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("octotui.ui.web.server", raising=False)
    said = octotui("web")
    assert (said.code, said.err) == (2, f"octotui: {MISSING}\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--url", "http://a"], "go with --proxy HEADER"),
        (["--proxy", "X-User"], "--proxy needs --url"),
        (
            ["--proxy", "X-User", "--url", "http://a", "--socket", "s", "--port", "1"],
            "--port does not go with --proxy",
        ),
        (["--proxy", "X-User", "--url", "a.example", "--socket", "s"], "--url takes the proxy's address"),
        (["--proxy", "X-User", "--url", "http://a/b", "--socket", "s"], "without a path"),
        (["--proxy", "X User", "--url", "http://a", "--socket", "s"], "takes the name of a header"),
        (
            ["--proxy", "X-User", "--url", "http://a", "--socket", "s", "--proxy-account", "nope"],
            "no account nope",
        ),
        (["--proxy", "X-User", "--url", "http://a", "--socket", "s"], "say which space"),
    ],
)
def test_a_wrong_call_is_told_what_is_right(octotui: Call, arguments: list[str], sentence: str) -> None:
    said = octotui("web", *arguments)
    assert said.code == 2
    assert sentence in said.err


def test_a_wrong_model_is_told_before_anything_is_served(octotui: Call, write: Callable[..., Path]) -> None:
    said = octotui("web", write("[unknown]\n"))
    assert (said.code, said.out) == (2, "")
    assert "unknown" in said.err
    assert octotui("web", "nothing-of-that-name").code == 2


def test_a_port_that_is_taken_is_told(octotui: Call, write: Callable[..., Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = octotui("web", write(OK), "--port", taken.getsockname()[1])
    assert said.code == 1
    assert "cannot be listened at: Address already in use" in said.err


def test_i10_the_app_of_another_account_runs_as_that_account_with_nothing_of_ours() -> None:
    other = next(each for each in pwd.getpwall() if each.pw_uid not in (0, os.geteuid()))
    before = {"HOME": "/root", "SECRET": "s", "PATH": "/bin", "OCTOTUI_OWNER": "x"}
    start = app_command(["attach", "/srv/kraken"], before, other.pw_name)
    assert (start.user, start.group) == (other.pw_uid, other.pw_gid)
    assert start.groups is not None
    assert start.environment["HOME"] == other.pw_dir
    assert "SECRET" not in start.environment
    assert list(start.arguments[-2:]) == ["attach", "/srv/kraken"]
    own = app_command(["open"], {**before, "TERM": "dumb", "ACCESSIBLE": "1"}, None)
    assert own.user is None
    assert own.environment["SECRET"] == "s"
    assert own.environment["TERM"] == "xterm-256color"
    assert "ACCESSIBLE" not in own.environment


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run the app as another account")
async def test_i10_behind_a_proxy_people_are_who_it_says(
    write: Callable[..., Path], state: Path, tmp_path: Path
) -> None:
    model, at = write(OK), tmp_path / "web"
    subprocess.run(command("run", model, "ok", "--state", state), cwd=ROOT, check=True, capture_output=True)
    options = ("--proxy", "X-User", "--url", "http://ops", "--socket", at)
    for _ in range(2):  # also where a socket was left
        async with served(model, "--state", state, *options) as web:
            assert web.url == f"serves http://ops at {at}"
            async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(at))) as client:
                for name, status in (("", 403), ("root", 403), ("no-such-account", 403), ("nobody", 200)):
                    async with client.get("http://ops/", headers={"X-User": name}) as answer:
                        assert answer.status == status
        assert not at.exists()
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(at))


def test_i10_a_second_server_is_refused_and_the_first_keeps_its_socket(
    octotui: Call, write: Callable[..., Path], state: Path, tmp_path: Path
) -> None:
    """I10: as where others can write to the folder of the socket."""
    model, at, common = write(OK), tmp_path / "web", tmp_path / "common"
    assert octotui("run", model, "ok", "--state", state).code == 0
    options = ("web", model, "--state", state, "--proxy", "X-User", "--url", "http://ops", "--socket")
    with socket.socket(socket.AF_UNIX) as first:
        first.bind(str(at))
        first.listen()
        said = octotui(*options, at)
        assert said.code == 1
        assert f"another octotui web listens at {at}: end that one first" in said.err
        assert at.is_socket()
    common.mkdir()
    common.chmod(0o777)
    said = octotui(*options, common / "web")
    assert said.code == 1
    assert f"--socket is not safe: everybody can write to {common}: chmod o-w {common}" in said.err


def test_i10_the_proxy_root_and_ones_own_account_may_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    proxy = pwd.getpwnam("nobody").pw_uid
    assert allowed_peers(None) == {0, 4711}
    assert allowed_peers("nobody") == {0, 4711, proxy}


def test_with_a_proxy_a_space_that_is_not_there_is_told(
    octotui: Call, write: Callable[..., Path], state: Path
) -> None:
    said = octotui(
        "web", write(OK), "--state", state, "--proxy", "X-User", "--url", "http://a", "--socket", "s"
    )
    assert said.code == 1
    assert "is no space yet: octotui serve FILE serves it" in said.err
