"""P1: an address is judged before anything is sent there."""

import socket

import pytest

from octotui.store.packages import checked_connections
from octotui.store.packages.checked_connections import checked_pools
from tests.store.server import Served


class Forbidden(Exception):
    pass


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name mean these addresses, and note what is looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def looked_up(name: str, port: int, *more: object, **others: object) -> object:
        asked.append(name)
        if name != "feed.example":
            return real(name, port, *more, **others)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(checked_connections.socket, "getaddrinfo", looked_up)
    return asked


def test_p1_a_name_is_looked_up_once_and_asked_by_its_name(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P1: so it cannot mean another machine when it is connected to; the first that answers is taken."""
    served.page("/", "here")
    asked = names(monkeypatch, "127.0.0.2", "127.0.0.1")
    judged: list[tuple[str, str]] = []
    url = served.url.replace("127.0.0.1", "feed.example")
    answer = checked_pools(lambda *each: judged.append(each)).request("GET", url, retries=False)
    assert answer.data == b"here"
    assert asked.count("feed.example") == 1
    assert judged == [("feed.example", "127.0.0.2"), ("feed.example", "127.0.0.1")]
    assert served.hosts == [url.removeprefix("http://").rstrip("/")]


def test_p1_one_address_that_is_refused_is_enough(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "127.0.0.1", "127.0.0.2")

    def check(name: str, address: str) -> None:
        if address == "127.0.0.2":
            raise Forbidden

    for scheme in ("http", "https"):
        url = served.url.replace("127.0.0.1", "feed.example").replace("http", scheme)
        with pytest.raises(Forbidden):
            checked_pools(check).request("GET", url, retries=False)
    assert served.asked == []
