"""The template http-request, against a web server."""

import socket
from collections.abc import Iterator

import pytest

from tests.templates.conftest import Run, Web


def test_a_post_with_headers_and_a_body(run: Run, web: Web) -> None:
    """S1, V7: the status and the body of the response are output variables."""
    web.answers["POST", "/orders?a=b"] = (201, '{"id": "ö1"}'.encode())
    done = run(
        "http-request",
        {"Token": "s3cret words", "Name": 'Ann "Ö" $HOME `id` \\'},
        Url=f"{web.url}/orders?a=b",
        Method="POST",
        Headers="Authorization: Bearer #{Token}\n\nX-Run: #{Octopus.Task.Id}\n",
        Body='{"name": "#{Name | JsonEscape}"}',
    )
    assert (done.state, done.outputs) == ("succeeded", {"Status": "201", "Body": '{"id": "ö1"}'})
    (asked,) = web.asked
    assert (asked.method, asked.path) == ("POST", "/orders?a=b")
    assert asked.json == {"name": 'Ann "Ö" $HOME `id` \\'}
    assert asked.headers["Content-Type"] == "application/json"
    assert (asked.headers["Authorization"], asked.headers["X-Run"]) == ("Bearer s3cret words", "run-1")
    assert done.log == "POST: the server answered 201 with 13 bytes\n"


def test_a_get_without_a_body(run: Run, web: Web) -> None:
    done = run("http-request", Url=f"{web.url}/")
    (asked,) = web.asked
    assert (asked.method, asked.body, done.outputs) == ("GET", b"", {"Status": "200", "Body": "ok"})
    assert "Content-Type" not in asked.headers


def test_an_unexpected_status_fails_the_step(run: Run, web: Web) -> None:
    web.answers["GET", "/broken"] = (500, b"out of coffee")
    done = run("http-request", Url=f"{web.url}/broken")
    assert (done.state, done.reason) == ("failed", "The server answered 500; expected 200-299.")
    assert (done.outputs["Status"], "out of coffee" in done.log) == ("500", True)


def test_a_redirect_is_a_status_like_any_other(run: Run, web: Web) -> None:
    web.answers["DELETE", "/old"] = (302, b"/new")
    done = run("http-request", Url=f"{web.url}/old", Method="DELETE", ExpectedStatus="204, 300-399")
    assert (done.state, done.outputs["Status"], len(web.asked)) == ("succeeded", "302", 1)


def test_a_large_body_is_cut_and_that_is_a_warning(run: Run, web: Web) -> None:
    web.answers["GET", "/large"] = (200, b"x" * 100_001)
    done = run("http-request", Url=f"{web.url}/large")
    assert (done.state, len(done.outputs["Body"])) == ("succeeded-with-warnings", 100_000)
    assert done.warnings == ["The response has 100001 characters; only the first 100000 are kept as Body."]


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_nobody_answers(run: Run, silent: str) -> None:
    done = run("http-request", Url=silent, Timeout="0.1")
    assert (done.state, done.reason) == ("failed", "No response within 0.1 seconds.")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"Url": "http://127.0.0.1:1/"}, "No response: Connection refused."),
        ({"Url": "example.org"}, "The address cannot be used; it begins with http:// or https://."),
        (
            {"Url": "http://127.0.0.1:1/", "Headers": "no colon"},
            "Each header needs a colon between its name and its value.",
        ),
        (
            {"Url": "http://127.0.0.1:1/", "ExpectedStatus": "fine"},
            'The expected status "fine" cannot be read; write codes such as 200, 300-399.',
        ),
    ],
)
def test_what_cannot_work_is_told_in_a_sentence(run: Run, parameters: dict[str, str], reason: str) -> None:
    done = run("http-request", **parameters)
    assert (done.state, done.reason, done.log) == ("failed", reason, "")
