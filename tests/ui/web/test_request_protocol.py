"""The answer to what is no request."""

from octotui.ui.web.request_protocol import refusal


def test_i10_a_refusal_is_one_sentence_with_the_headers_of_all_answers() -> None:
    answer = refusal(403, "no\udcffbody is no account", "https://ops.example.org")
    assert answer.status == 403
    assert answer.body == b"octotui: no\\udcffbody is no account\n"
    assert answer.content_type == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "connect-src wss://ops.example.org" in answer.headers["Content-Security-Policy"]
