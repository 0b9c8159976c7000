"""Host keys: which of them are known for a host, and which one it shows."""

import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from octotui.workers.ssh.pinned_keys import pinned_lines

LARGEST = 1 << 24  # bytes of a file of known hosts
SYSTEM = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
OWN = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")

KeyLists = tuple[Sequence[Any], ...]
"""Host keys, keys of authorities, revoked keys; then certificates and subjects, trusted and revoked."""

HOST, AUTHORITY, REVOKED = range(3)


class KnownHosts:
    """The known keys of one host, as asyncssh asks for them when it is connected; notes what it has found.

    Pinned keys of the host come before all others: where there are some, no other key of it is accepted. A
    leased machine may show `only` the key that its provider says (W12).
    """

    def __init__(
        self, pinned: asyncssh.SSHKnownHosts, others: asyncssh.SSHKnownHosts, only: str = ""
    ) -> None:
        self._pinned = pinned
        self._others = others
        self.only = only
        self.name = ""
        self.is_known = False

    def __call__(self, host: str, address: str, port: int | None) -> KeyLists:
        """Return the keys that the host may show."""
        self.name = entry_name(host, port)
        pinned, others = (each.match(host, address, port) for each in (self._pinned, self._others))
        chosen = pinned if pinned[HOST] else others
        if self.only:
            chosen = _known((f"{self.name} {self.only}",)).match(host, "", port)
        self.is_known = bool(chosen[HOST] or chosen[AUTHORITY])
        found: list[Sequence[Any]] = [*chosen]
        found[REVOKED] = [*pinned[REVOKED], *others[REVOKED], *self._revoked_at(host, address, port)]
        return tuple(found)

    def _revoked_at(self, host: str, address: str, port: int | None) -> list[Any]:
        """Return the revoked keys of `[HOST]:PORT`: asyncssh drops them where no host key has that name."""
        if port in (None, asyncssh.DEFAULT_PORT):
            return []
        names = [entry_name(each, port) for each in (host, address) if each]
        lists = (each.match(name, "", None) for each in (self._pinned, self._others) for name in names)
        return [key for found in lists for key in found[REVOKED]]

    def algorithms(self, host: str, port: int) -> tuple[str, ...]:
        """Return the algorithms to ask a host for: those of its known keys first, then all others.

        Without the others, a host whose key is now of another kind would only hang up.
        """
        found = self(host, "", None if port == asyncssh.DEFAULT_PORT else port)
        kept = [name for key in found[HOST] for name in key.sig_algorithms]
        certificates = get_default_certificate_algs() if found[AUTHORITY] else []
        names = dict.fromkeys((*certificates, *kept, *get_default_public_key_algs()))
        return tuple(name.decode() for name in names)


def entry_name(host: str, port: int | None) -> str:
    """Return the name of a host in a file of known hosts."""
    return host if port in (None, asyncssh.DEFAULT_PORT) else f"[{host}]:{port}"


def known_hosts(config: Any, only: str = "") -> KnownHosts:
    """Read the known hosts: pinned ones, and those of the files that a configuration of ssh names.

    A host may show `only` this key, if it is given. Raises StoreError.
    """
    user, system = config.get("UserKnownHostsFile"), config.get("GlobalKnownHostsFile")
    files = (*(OWN if user is None else user), *(SYSTEM if system is None else system))
    lines = (line for file in files for line in _lines_of(os.path.expanduser(file)))  # noqa: PTH111 - it may be no path
    return KnownHosts(_known(pinned_lines()), _known(lines), only)


def _lines_of(file: str) -> tuple[str, ...]:
    """Return the lines of a file, none where it cannot be read."""
    try:
        found = os.stat(file)  # noqa: PTH116
    except (OSError, ValueError):
        return ()
    is_read = stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST
    return _lines(file, found.st_mtime_ns, found.st_size) if is_read else ()


@lru_cache(maxsize=16)
def _lines(file: str, _changed: int, _size: int) -> tuple[str, ...]:
    with suppress(OSError), open(file, errors="replace", opener=_without_waiting) as opened:
        return tuple(opened.read(LARGEST).splitlines())
    return ()


def _without_waiting(path: str, flags: int) -> int:
    """Open as `open` does, and fail at a pipe that has taken the place of the file."""
    return os.open(path, flags | os.O_NONBLOCK)


def _known(lines: Iterable[str]) -> asyncssh.SSHKnownHosts:
    return _parsed(tuple(lines))


@lru_cache(maxsize=16)
def _parsed(lines: tuple[str, ...]) -> asyncssh.SSHKnownHosts:
    """Parse lines, as OpenSSH does: one that cannot be read means nothing."""
    known = asyncssh.SSHKnownHosts()
    for line in lines:
        with suppress(ValueError):
            known.load(line)
    return known
