"""Logins: what an account of the model offers a machine, and what the configuration of ssh adds."""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh

from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.model.machines.accounts import Account
from octotui.model.values import Secret
from octotui.store.user_config import file_trust
from octotui.workers.machine import Locked, Unreachable
from octotui.workers.ssh.key_fingerprints import fingerprint
from octotui.workers.ssh.passphrases import Passphrases

CONFIGS = ("~/.ssh/config", "/etc/ssh/ssh_config")
LARGEST = 1 << 18  # bytes of a private key
DEFAULT_KEYS = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
LOCKED = (
    "the key {} has a passphrase: give it in the app (U), say where it is read, passphrase = {{ … }}, or let"
    " ssh-agent have the key"
)
WRONG = "the passphrase that was given for the key {} is wrong: give the right one in the app (U)"
NO_KEY = "write the path of a private key that ssh-keygen has made"


def config_files() -> list[str]:
    """Return the configurations of ssh that are there. Raises Unreachable where others can write to one."""
    found = []
    for name in CONFIGS:
        path = os.path.expanduser(name)  # noqa: PTH111
        if os.access(path, os.R_OK):
            try:
                file_trust().check(path)
            except (Distrusted, ModelError) as problem:
                raise Unreachable(f"the configuration of ssh is not used: {problem}") from None
            found.append(path)
    return found


async def credentials(
    account: Account | None, read: Callable[[Secret], Awaitable[str]], passphrases: Passphrases
) -> dict[str, Any]:
    """Return what a login offers, as options of asyncssh; without an account, what ssh would offer.

    Raises Unreachable with what is wrong, never a value, and Locked where people have to give a passphrase.
    """
    if account is None:
        return {}
    offered: dict[str, Any] = {}
    if account.password is not None:
        offered |= {"password": await _read(account.password, "password", read), "client_keys": None}
    if account.key is not None:
        passphrase = None
        if account.passphrase is not None:
            passphrase = await _read(account.passphrase, "passphrase", read)
        offered |= {
            "client_keys": await _keys(account.key, passphrase, read, passphrases),
            "agent_path": None,
        }
    return offered


async def _read(secret: Secret, what: str, read: Callable[[Secret], Awaitable[str]]) -> str:
    try:
        return await read(secret)
    except Exception as problem:  # the text of a source's problem is fit to be shown
        raise Unreachable(f"the {what} of the account cannot be used: {problem}") from None


async def _keys(
    key: str | Secret,
    passphrase: str | None,
    read: Callable[[Secret], Awaitable[str]],
    passphrases: Passphrases,
) -> list[Any]:
    """Return a private key, with the certificate that lies beside its file. Raises Unreachable."""
    if isinstance(key, Secret):
        data = (await _read(key, "key", read)).encode()
        return [await _decoded(data, passphrase, _named(key, data), passphrases)]
    path = os.path.expanduser(key)  # noqa: PTH111
    data = await asyncio.to_thread(_key_data, path)
    private = await _decoded(data, passphrase, key, passphrases)
    certificate = f"{path}-cert.pub"
    return [(private, certificate)] if os.path.isfile(certificate) else [private]  # noqa: PTH113


def _key_data(path: str) -> bytes:
    """Read a private key of this account that nobody else can read. Raises Unreachable."""
    try:
        file = file_trust().open(path, LARGEST)
        with open(file, "rb") as opened:  # noqa: PTH123 - a descriptor
            if os.fstat(file).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Unreachable(f"others can read the key {path}: chmod 600 it")
            return opened.read(LARGEST)
    except (Distrusted, ModelError) as problem:
        raise Unreachable(f"the key is not used: {problem}") from None
    except FileNotFoundError:
        raise Unreachable(f"there is no key {path}: {NO_KEY}") from None
    except OSError as error:
        raise Unreachable(f"the key {path} cannot be read: {error.strerror}") from None


def _named(source: Secret, data: bytes) -> str:
    """Return the name of a key that is no file of its own: where it is read, and which it is.

    A program may print many. Its arguments, which may be sensitive, are not named.
    """
    where = source.env or source.file or source.keyring or source.command[0]
    which = fingerprint(data)
    return f"from {where} ({which})" if which else f"from {where}"


async def _decoded(data: bytes, passphrase: str | None, key: str, passphrases: Passphrases) -> Any:
    """Decode a private key, by people where no account has its passphrase. Raises Unreachable, Locked."""
    if passphrase is not None:
        try:
            return await asyncio.to_thread(asyncssh.import_private_key, data, passphrase)
        except asyncssh.KeyEncryptionError:
            wrong = f"the passphrase of the key {key} is wrong: see where the account reads it"
            raise Unreachable(wrong) from None
        except asyncssh.KeyImportError:
            raise Unreachable(f"the key {key} is none that can be used: {NO_KEY}") from None
    return await unlocked(data, key, passphrases)


async def unlocked(data: bytes, key: str, passphrases: Passphrases, locked: str = LOCKED) -> Any:
    """Decode a private key with the passphrase that people give, where it has one.

    Raises Unreachable, and Locked, with the sentence `locked`, where nobody has given the right one.
    """
    given: str | None = passphrases.known(key)
    while True:
        try:
            return await asyncio.to_thread(asyncssh.import_private_key, data, given)  # takes a while
        except asyncssh.KeyEncryptionError:
            locked = WRONG
        except asyncssh.KeyImportError as problem:
            if given is not None or not _wants_passphrase(problem):
                raise Unreachable(f"the key {key} is none that can be used: {NO_KEY}") from None
        given = await passphrases.other(key, given)
        if given is None:
            raise Locked(key, locked.format(key))


def _wants_passphrase(problem: Exception) -> bool:
    return "passphrase" in str(problem).lower()


def locked_own_keys(named: Sequence[str]) -> dict[str, bytes]:
    """Return the keys that ssh would use, and that have a passphrase: the `named`, or the default ones."""
    locked: dict[str, bytes] = {}
    for path in named or DEFAULT_KEYS:
        file = os.path.expanduser(path)  # noqa: PTH111
        if not _is_readable(file):
            continue
        try:
            data = Path(file).read_bytes()
            asyncssh.import_private_key(data)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as problem:
            locked |= {_short(path): data} if _wants_passphrase(problem) else {}
        except OSError:
            pass
    return locked


def _is_readable(file: str) -> bool:
    """Return whether a key, and what may lie beside it, are files that can be read at once."""
    for path in (file, f"{file}.pub", f"{file}-cert.pub"):
        with suppress(OSError):
            found = os.stat(path)  # noqa: PTH116
            if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
                return False
    return True


def own_keys(named: Sequence[str], opened: Sequence[Any]) -> list[Any]:
    """Return the keys that ssh would use, with those `opened` by passphrases that people gave."""
    keys: list[Any] = list(opened)
    for path in named or DEFAULT_KEYS:
        file = os.path.expanduser(path)  # noqa: PTH111
        if not _is_readable(file):
            continue
        with suppress(OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            keys += asyncssh.load_keypairs(file, ignore_encrypted=True)
    return keys


def _short(path: str) -> str:
    """Return a path, from `~` where it is below the home."""
    home = os.path.expanduser("~/")  # noqa: PTH111
    return f"~/{path.removeprefix(home)}" if path.startswith(home) else path
