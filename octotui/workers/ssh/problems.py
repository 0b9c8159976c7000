"""Sentences about connections that cannot be made: what is wrong, and what to do."""

import socket
from typing import NamedTuple

import asyncssh

from octotui.workers.remote.answers import one_line
from octotui.workers.ssh.host_keys import KnownHosts

WORKER = "octotui trust FILE WORKER"  # `reaching.about` knows which
LONGEST = 160  # characters of what a server says


class Destination(NamedTuple):
    """Where a connection leads, for messages: host and port, and the account over there."""

    shown: str
    user: str


_CLOSED = "{where} closed the connection before anybody was logged in: see the log of sshd there"
_MEANINGS: tuple[tuple[type[BaseException], str], ...] = (
    (
        TimeoutError,
        "{where} has not answered within {seconds:g} s: see whether it is on, whether sshd listens there,"
        " and whether a firewall is in between",
    ),
    (asyncssh.KeyExchangeFailed, "{where} and octotui have no algorithm in common: {told}"),
    (
        asyncssh.ProtocolError,
        "{where} does not speak SSH as it should: {told}; see whether the port is right",
    ),
    (
        asyncssh.ProtocolNotSupported,
        "{where} does not speak SSH as it should: {told}; see whether the port is right",
    ),
    (asyncssh.ConnectionLost, _CLOSED),
    (asyncssh.Error, "{where} ended the connection: {told}"),
    (asyncssh.ConfigParseError, "the configuration of ssh cannot be read: {told}"),
    (
        socket.gaierror,
        "{where} is no name that is found: write a name, an address or an alias of ~/.ssh/config",
    ),
    (
        ConnectionRefusedError,
        "{where} refuses connections: see whether sshd runs there, and whether the port is right",
    ),
    (ConnectionError, _CLOSED),
)
"""What errors mean, the first that fits."""


def sentence(error: BaseException, place: Destination, seconds: float) -> str:
    """Return what an error means, and what to do; nothing of a login is repeated."""
    if isinstance(error, asyncssh.PermissionDenied):
        return refused(place)
    kind = TimeoutError() if reason_of(error) == "Login timeout expired" else error
    meaning = next((text for kinds, text in _MEANINGS if isinstance(kind, kinds)), "")
    meaning = meaning or "{where} cannot be connected to: {told}"
    return meaning.format(where=place.shown, seconds=seconds, told=reason_of(error))


def refused(place: Destination) -> str:
    """Return that a login was refused."""
    return (
        f"{place.shown} refuses the login of {place.user}: put a public key that octotui has (of the"
        f" account, of ssh-agent or of ~/.ssh) into ~{place.user}/.ssh/authorized_keys there"
    )


def unverified(known: KnownHosts, key: asyncssh.SSHKey | None, place: Destination) -> str:
    """Return that the key of a host is not the known one, or that none is known."""
    shown = "" if key is None else f" It shows {key_text(key)}."
    if known.only:
        return (
            f"the host key of {place.shown} is not the host_key that its provider says: another machine has"
            f" its address, or somebody is in between.{shown}"
        )
    if known.is_known:
        return (
            f"the host key of {place.shown} is another one than before: the machine is new, or somebody"
            f" is in between.{shown} Where you know that it is new: {WORKER} --replace"
        )
    then = f"Compare it there, then: {WORKER}"
    return f"the host key of {place.shown} is not known.{shown} {then}"


def key_text(key: asyncssh.SSHKey) -> str:
    """Return the kind and fingerprint of a key, as ssh shows them."""
    return f"{key.get_algorithm()} {key.get_fingerprint()}"


def reason_of(error: BaseException) -> str:
    """Return what an error says, bounded and in one line: servers write it."""
    text = (
        getattr(error, "reason", None)
        or getattr(error, "strerror", None)
        or str(error)
        or type(error).__name__
    )
    return one_line(text, LONGEST).rstrip(".…")
