"""The server of the app: who gets a page, what a page may send, and that nothing is left."""

import asyncio
import json
import os
import socket
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from octotui.ui.web import connections
from octotui.ui.web.access import ProxyAccess
from octotui.ui.web.server import LONGEST, MOST, AppServer
from tests.servers import gone
from tests.ui.web.pages import drawn, echo, serving


async def test_i10_without_the_token_there_is_nothing() -> None:
    async with serving() as page:
        for path in ("", "ws", "static/js/textual.js", "focus.js", "static/", "../", "nothing"):
            async with page.client.get(f"{page.url}{path}") as answer:
                assert answer.status == 403
                assert (await answer.text()).startswith(
                    "octotui: open the URL that `octotui web` has printed"
                )
        async with page.client.get(f"{page.url}?token=guess") as answer:
            assert answer.status == 403


async def test_i10_the_token_works_once_and_then_in_that_browser() -> None:
    async with serving() as page:
        async with page.client.head(page.access.url) as answer:
            assert answer.status != 303  # who looks at a link, as messengers do, does not use it up
        await page.enter()
        async with page.client.get(page.access.url, allow_redirects=False) as answer:
            assert answer.status == 403
        for path in ("", "static/js/textual.js", "focus.js"):
            async with page.client.get(f"{page.url}{path}") as answer:
                assert answer.status == 200
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["X-Frame-Options"] == "DENY"
                assert answer.headers["Server"] == "octotui"
        for path in ("static/", "static/../server.py", "static/%2e%2e/server.py", "nothing"):
            async with page.client.get(aiohttp.client.URL(f"{page.url}{path}", encoded=True)) as answer:
                assert answer.status in (403, 404)


async def test_i10_other_names_and_other_sites_are_refused() -> None:
    async with serving() as page:
        await page.enter()
        async with page.client.get(page.url, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
            assert "no page of octotui has that name" in await answer.text()
        for origin in ("https://evil.example", "null", page.origin.replace("127.0.0.1", "localhost")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await page.app(Origin=origin)
            assert refused.value.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await page.client.ws_connect(f"{page.url}ws")
        assert refused.value.status == 403


async def test_an_app_is_drawn_gets_keys_and_ends_with_its_page() -> None:
    async with serving() as page:
        await page.enter()
        async with page.app() as app:
            process = int(await drawn(app, "process <"))
            await app.send_json(["stdin", "k"])
            assert await drawn(app, "pressed <") == "k"
            await app.send_json(["resize", {"width": 90, "height": 10**9}])
            await app.send_json(["ping", "7" * 100])
            assert json.loads(await _text(app)) == ["pong", "7" * 32]
            await app.send_json(["stdin", "l"])
            assert json.loads(await _text(app))[1]["url"] == "https://octotui.invalid/"
            await app.send_json(["stdin", "q"])
            async with asyncio.timeout(60):
                async for message in app:  # the link that is none was not sent
                    assert message.type is WSMsgType.BINARY
        await asyncio.to_thread(gone, process)
        async with page.app() as app:
            process = int(await drawn(app, "process <"))
        await asyncio.to_thread(gone, process)
        assert page.reports == []


async def _text(app: aiohttp.ClientWebSocketResponse) -> str:
    while (message := await app.receive(60)).type is not WSMsgType.TEXT:
        assert message.type is WSMsgType.BINARY
    return str(message.data)


@pytest.mark.parametrize(
    "sent",
    [
        "{}",
        "[]",
        "x",
        '["stdin"]',
        '["stdin", 1]',
        '["resize", {"width": "wide", "height": 1}]',
        '["resize", 1]',
        '["quit"]',
        '["stdin", "\\ud800"]',
        "[" * 30_000,
        '["stdin", "' + "x" * LONGEST + '"]',
    ],
    ids=range(11),
)
async def test_i10_who_sends_what_no_page_does_is_hung_up_on(sent: str) -> None:
    async with serving() as page:
        await page.enter()
        async with page.app() as app:
            process = int(await drawn(app, "process <"))
            await app.send_str(sent)
            async with asyncio.timeout(60):
                async for _ in app:
                    pass
            assert app.close_code in (1008, 1009)
        await asyncio.to_thread(gone, process)


async def test_i10_there_are_so_many_apps_at_most() -> None:
    async with serving() as page:
        await page.enter()
        apps = [await page.app() for _ in range(MOST)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await page.app()
        assert refused.value.status == 503
        process = int(await drawn(apps[0], "process <"))
        await apps[0].close()
        await asyncio.to_thread(gone, process)
        async with asyncio.timeout(60):
            while True:
                try:
                    apps[0] = await page.app()
                    break
                except aiohttp.WSServerHandshakeError:
                    await asyncio.sleep(0.05)
        for each in apps:
            await each.close()


REQUEST = b"GET %s HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n%s\r\n"
COOKIE = b"Cookie: %s\r\n"
SOCKET = b"Origin: http://HOST\r\n"


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (REQUEST % (b"PATH", b'Cookie: octotui="\xff"\r\n'), 403, "it works once"),
        (REQUEST % (b"PATH?token=%ff%ED%A0%80", b""), 403, "it works once"),
        (REQUEST % (b"//[\xff", COOKIE), 400, "no request that a browser makes"),
        (REQUEST % (b"http://[::1/", COOKIE), 400, "no request that a browser makes"),
        (REQUEST % (b"PATH<script>", COOKIE), 404, "there is no such page"),
        (REQUEST % (b"PATHstatic/" + b"x" * 4000, COOKIE), 404, "there is no such page"),
        (REQUEST % (b"PATHstatic/%00", COOKIE), 404, "there is no such page"),
        (REQUEST % (b"PATH" + b"x" * 9000, COOKIE), 400, "no request that a browser makes"),
        (REQUEST % (b"PATH", b"<script>\r\n"), 400, "no request that a browser makes"),
        (REQUEST % (b"PATH", COOKIE + b"X: " + b"x" * 9000 + b"\r\n"), 400, "no request"),
        (REQUEST % (b"PATH", b"Transfer-Encoding: chunked\r\n") + b"<script>\r\n", 4, ""),
        (REQUEST % (b"PATH", COOKIE + b"Expect: <script>\r\n"), 200, ""),
        (REQUEST % (b"PATHws", COOKIE + SOCKET), 400, "a web socket is here alone"),
        (REQUEST % (b"PATHws", COOKIE), 403, "another site's page"),
        ((REQUEST % (b"PATH", COOKIE)).replace(b"GET", b"POST"), 405, "nothing here but what GET"),
        (b"<script>\r\n\r\n", 400, "no request that a browser makes"),
        (b"\x16\x03\x01\x02\x00", 0, ""),  # TLS, which waits for an answer
    ],
    ids=range(17),
)
async def test_i10_a_wrong_request_is_answered_by_a_sentence_and_nothing_is_logged(
    sent: bytes,
    status: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """I10: nor is what was sent echoed; the headers that all answers have are there."""
    monkeypatch.setattr(connections, "DEADLINE", 1.0)
    async with serving() as page:
        await page.enter()
        cookie = page.client.headers["Cookie"].encode()
        head, _, said = (await page.raw(sent.replace(COOKIE, COOKIE % cookie))).partition(b"\r\n\r\n")
        assert head.startswith((f"HTTP/1.1 {status or 400}".encode(), b"HTTP/1.0 4"))
        assert sentence.encode() in said
        assert b"<script>" not in head + (b"" if status == 200 else said)
        for each in (b"X-Frame-Options: DENY", b"Server: octotui", b"Content-Security-Policy"):
            assert each in head
        assert page.reports == []
    assert caplog.records == []


async def test_i10_a_failure_of_the_server_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: it may be one that anybody can cause, who has the terminal filled with it otherwise."""
    async with serving() as page:
        await page.enter()
        monkeypatch.setattr(page.access, "account", lambda headers: {}["no such key"])
        for _ in range(3):
            async with page.client.get(page.url) as answer:
                assert answer.status == 500
                assert "says why" in await answer.text()
        [said] = page.reports
        assert "KeyError" in said


async def test_nothing_is_left_of_apps_when_the_server_ends() -> None:
    async with serving() as page:
        await page.enter()
        app = await page.app()
        process = int(await drawn(app, "process <"))
    await asyncio.to_thread(gone, process)


async def test_what_a_failed_app_said_is_reported() -> None:
    async with serving() as page:
        await page.enter()
        async with page.app() as app:
            await drawn(app, "process <")
            await app.send_json(["stdin", "x"])
            async with asyncio.timeout(60):
                async for _ in app:  # until the page is closed
                    pass
        await page.reported()
        assert page.reports == ["it \x1b[31mfailed"]  # made visible where it is printed


async def test_i10_only_the_proxy_may_connect_to_the_socket(tmp_path: Path) -> None:
    """I10: the kernel says which account is at the other end."""
    for peers, status in ((frozenset({os.geteuid()}), 403), (frozenset({12345}), 403)):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmp_path / "web"))
        access = ProxyAccess("http://ops", "X-User", own="nobody-else", root=False)
        server = AppServer(access, lambda account: echo(), title="", report=str, peers=peers)
        await server.open(listening)
        connector = aiohttp.UnixConnector(str(tmp_path / "web"))
        async with aiohttp.ClientSession(connector=connector) as client:
            for name in ("root", "no\udcffbody"):
                async with client.get("http://ops/", headers={"X-User": name}) as answer:
                    assert answer.status == status
                    said = await answer.text()
        await server.close()
        (tmp_path / "web").unlink()
        assert ("only the proxy may connect here" in said) is (os.geteuid() not in peers)
