"""A flood of connections keeps nobody out who has access, and ends by itself."""

import asyncio
import socket
from contextlib import ExitStack

import pytest

from octotui.ui.web import connections
from octotui.ui.web.connections import MOST
from tests.ui.web.pages import Page, serving


def half_open(page: Page) -> socket.socket:
    """Connect, and begin a request."""
    host, port = page.origin.removeprefix("http://").split(":")
    stranger = socket.create_connection((host, int(port)))
    stranger.sendall(b"GET / HTTP/1.1\r\n")
    stranger.setblocking(False)
    return stranger


async def hung_up(stranger: socket.socket) -> bool:
    try:
        return await asyncio.get_running_loop().sock_recv(stranger, 1000) == b""
    except ConnectionError:
        return True


async def test_i10_half_open_connections_keep_nobody_out() -> None:
    """I10: the oldest of strangers make room; who has access stays."""
    async with serving() as page:
        await page.enter()
        async with page.app() as app:
            with ExitStack() as stack:
                strangers = []
                for _ in range(2 * MOST):
                    strangers.append(stack.enter_context(half_open(page)))
                    await asyncio.sleep(0)
                async with page.client.get(page.url) as answer:
                    assert answer.status == 200
                async with asyncio.timeout(60):
                    for each in strangers[: MOST // 2]:
                        assert await hung_up(each)
            await app.send_json(["ping", "1"])
            async with asyncio.timeout(60):
                while (await app.receive()).data != '["pong", "1"]':
                    pass


async def test_i10_who_brings_no_request_in_time_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "DEADLINE", 0.1)
    async with serving() as page:
        await page.enter()
        async with page.client.get(page.url) as answer:
            assert answer.status == 200
        with half_open(page) as stranger:
            async with asyncio.timeout(60):
                assert await hung_up(stranger)
        async with page.client.get(page.url) as answer:
            assert answer.status == 200


async def test_where_all_have_access_no_further_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 1)
    async with serving() as page:
        await page.enter()
        async with page.app() as app:
            with half_open(page) as stranger:
                async with asyncio.timeout(60):
                    assert await hung_up(stranger)
            assert not app.closed


async def test_nobody_is_left_when_the_server_ends() -> None:
    async with serving() as page:
        stranger = half_open(page)
        await asyncio.sleep(0.05)
    with stranger:
        async with asyncio.timeout(60):
            assert await hung_up(stranger)
