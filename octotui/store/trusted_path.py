"""Trusted paths: every folder above one belongs to a trusted account, so that nobody else can replace it.

Trusted are the calling account, root, and the accounts that the caller names, while the process lives. Where
each folder of a path belongs to one of them and nobody else can write to it, nobody else can put another
folder, link or socket in its place, neither now nor later: a path that was resolved once stays valid.
"""

import os
import stat
from pathlib import Path

from octotui.store.accounts import account_id, account_name, group_name, is_private_group
from octotui.store.errors import StoreError, unusable

LINKS = 40  # on the way to a folder; the kernel's own limit
_named: dict[str, int] = {}


class UntrustedPath(StoreError):
    """An account that is not trusted could have put the entry there."""


def name_owner(account: str) -> None:
    """Trust an account, by name or uid; raises ValueError where there is none."""
    number = account_id(account)
    if number is None:
        raise ValueError(f"this machine has no account “{account}”")
    _named[account] = number


def forget_owners() -> None:
    """Trust only the calling account and root again."""
    _named.clear()


def named_owners() -> tuple[str, ...]:
    """Return the accounts that the caller has named."""
    return tuple(_named)


def resolve(path: Path) -> Path:
    """Resolve all links of a path and check every owner on the way; raises StoreError.

    A part that does not exist yet stays as it is. A sticky folder, such as /tmp, passes: others can write to
    it, but cannot replace entries that are not theirs.
    """
    here, links = Path("/"), 0
    rest = [*reversed(path.absolute().parts)]
    while rest:
        name = rest.pop()
        there = here.parent if name == ".." else here / name
        try:
            status = there.lstat()
        except FileNotFoundError:
            return there.joinpath(*reversed(rest))
        except OSError as problem:
            raise unusable(path, problem) from problem
        _check_owner(there, status)
        if not stat.S_ISLNK(status.st_mode):
            _check_writers(there, status)
            here = there
            continue
        links += 1
        if links > LINKS:
            raise UntrustedPath(f"{path} leads through more than {LINKS} links: name the folder itself")
        rest += reversed(there.readlink().parts)
    return here


def check_private(path: Path) -> None:
    """Refuse a folder that others can write to, even a sticky one; raises StoreError."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    except OSError as problem:
        raise unusable(path, problem) from problem
    _check_owner(path, status)
    _check_writers(path, status, sticky=False)


def _trusted() -> set[int]:
    return {0, os.geteuid(), *_named.values()}


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in _trusted():
        owner = account_name(status.st_uid)
        raise UntrustedPath(
            f"{path} belongs to {owner}, and only folders of your own, of root and of accounts that you name "
            f"are trusted: say --owner {owner} if you trust {owner}, or another folder with --state"
        )


def _check_writers(path: Path, status: os.stat_result, *, sticky: bool = True) -> None:
    mode = status.st_mode
    if sticky and mode & stat.S_ISVTX:
        return
    for bit, who, change in (
        (stat.S_IWOTH, "everybody", "o-w"),
        (stat.S_IWGRP, f"the group {group_name(status.st_gid)}", "g-w"),
    ):
        if mode & bit and (bit == stat.S_IWOTH or not is_private_group(status.st_gid, _trusted())):
            raise UntrustedPath(
                f"{who} can write to {path}, and so replace what lies there: "
                f"chmod {change} {path}, or say another folder with --state"
            )
