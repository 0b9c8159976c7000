"""Sentences about connections that cannot be made."""

import socket

import asyncssh
import pytest

from octotui.workers.ssh.problems import Destination, reason_of, refused, sentence

WEB1 = Destination("web1:22", "ann")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "has not answered within 20 s"),
        (asyncssh.ConnectionLost("Login timeout expired"), "has not answered within 20 s"),
        (asyncssh.PermissionDenied("no"), "refuses the login of ann"),
        (asyncssh.KeyExchangeFailed("no kex"), "have no algorithm in common: no kex"),
        (asyncssh.ProtocolError("odd"), "does not speak SSH as it should: odd"),
        (asyncssh.ConnectionLost("x"), "closed the connection before anybody was logged in"),
        (ConnectionResetError(), "closed the connection before anybody was logged in"),
        (
            asyncssh.DisconnectError(2, "Too many\nauthentication failures"),
            "Too many authentication failures",
        ),
        (asyncssh.ConfigParseError("line 3"), "the configuration of ssh cannot be read: line 3"),
        (socket.gaierror(-2, "Name or service not known"), "is no name that is found"),
        (ConnectionRefusedError(), "refuses connections: see whether sshd runs there"),
        (OSError(113, "No route to host"), "cannot be connected to: No route to host"),
        (ValueError("a bug"), "cannot be connected to: a bug"),
    ],
)
def test_m1_each_error_is_a_sentence(error: Exception, said: str) -> None:
    told = sentence(error, WEB1, 20.0)
    assert said in told
    assert told.isprintable()


def test_what_a_server_says_is_one_short_line() -> None:
    assert reason_of(ValueError("a\x1b[2J\n\tb." + "c" * 1000)) == ("a [2J b." + "c" * 1000)[:160]
    assert reason_of(ValueError()) == "ValueError"


def test_what_to_do_about_a_refused_login() -> None:
    assert "~ann/.ssh/authorized_keys" in refused(WEB1)
