"""The page of the app takes nothing from elsewhere, and says nothing of its own that others wrote."""

import re

from octotui.ui.web.page import FOCUS, headers, page, socket_url


def test_its_socket_is_at_its_own_origin() -> None:
    assert socket_url("http://127.0.0.1:1", "/x/") == "ws://127.0.0.1:1/x/ws"
    assert socket_url("https://ops.example.org", "/") == "wss://ops.example.org/ws"
    assert 'data-session-websocket-url="wss://a/ws"' in page("octotui", "https://a", "/")


def test_i10_it_takes_nothing_from_elsewhere() -> None:
    text = page("octotui", "http://a", "/x/")
    taken = re.findall(r"""(?:src|href)=?\(?"([^"]*)"|url\("([^"]*)"\)""", text)
    assert len(taken) >= 5
    assert all(each.startswith(("/x/", "data:,")) for each in map("".join, taken))
    assert "<script>" not in text
    policy = headers("http://a")["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "connect-src ws://a; " in policy
    assert "frame-ancestors 'none'" in policy
    assert "focus()" in FOCUS


def test_a_title_is_text() -> None:
    assert "<title>&lt;b&gt;</title>" in page("<b>", "http://a", "/")
