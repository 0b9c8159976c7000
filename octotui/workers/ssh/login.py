"""Logins: what an account of the model offers a machine, and what the configuration of ssh adds."""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh

from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.model.machines.accounts import Account
from octotui.model.values import Secret
from octotui.store.user_config import file_trust
from octotui.workers.machine import Unreachable

CONFIGS = ("~/.ssh/config", "/etc/ssh/ssh_config")
LARGEST = 1 << 18  # bytes of a private key
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


async def credentials(account: Account | None, read: Callable[[Secret], Awaitable[str]]) -> dict[str, Any]:
    """Return what a login offers, as options of asyncssh; without an account, what ssh would offer.

    Raises Unreachable with what is wrong, never a value.
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
        offered |= {"client_keys": await _keys(account.key, passphrase, read), "agent_path": None}
    return offered


async def _read(secret: Secret, what: str, read: Callable[[Secret], Awaitable[str]]) -> str:
    try:
        return await read(secret)
    except Exception as problem:  # the text of a source's problem is fit to be shown
        raise Unreachable(f"the {what} of the account cannot be used: {problem}") from None


async def _keys(
    key: str | Secret, passphrase: str | None, read: Callable[[Secret], Awaitable[str]]
) -> list[Any]:
    """Return a private key, with the certificate that lies beside its file. Raises Unreachable."""
    if isinstance(key, Secret):
        data = (await _read(key, "key", read)).encode()
        return [await asyncio.to_thread(_imported, data, passphrase, "the key of the account")]
    path = os.path.expanduser(key)  # noqa: PTH111
    data = await asyncio.to_thread(_key_data, path)
    private = await asyncio.to_thread(_imported, data, passphrase, f"the key {key}")
    certificate = f"{path}-cert.pub"
    return [(private, certificate)] if os.path.exists(certificate) else [private]  # noqa: PTH110


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


def _imported(data: bytes, passphrase: str | None, what: str) -> asyncssh.SSHKey:
    """Decode a private key, which takes a while where it has a passphrase. Raises Unreachable."""
    try:
        return asyncssh.import_private_key(data, passphrase)
    except asyncssh.KeyEncryptionError:
        raise Unreachable(f"the passphrase of {what} is wrong: see where the account reads it") from None
    except asyncssh.KeyImportError as problem:
        if passphrase is None and "passphrase" in str(problem).lower():
            raise Unreachable(
                f"{what} has a passphrase: say where it is read, passphrase = {{ … }}, or let ssh-agent have"
                " the key"
            ) from None
        raise Unreachable(f"{what} is none that can be used: {NO_KEY}") from None


def locked_default_keys() -> list[str]:
    """Return the default keys of ssh that have a passphrase, which nobody has been asked for."""
    locked = []
    for name in ("id_ed25519", "id_ecdsa", "id_rsa"):
        path = Path(os.path.expanduser("~/.ssh")) / name  # noqa: PTH111
        try:
            asyncssh.read_private_key(path)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as problem:
            locked += [f"~/.ssh/{name}"] if "passphrase" in str(problem).lower() else []
        except OSError:
            pass
    return locked
