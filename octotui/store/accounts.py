"""Accounts and groups of the machine, as its account database has them."""

import grp
import os
import pwd
from collections.abc import Collection


def account_name(uid: int) -> str:
    """Return the name of an account, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def account_id(name: str) -> int | None:
    """Return the uid of an account given by name or number; None where no account has the name."""
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return int(name) if name.isascii() and name.isdecimal() and len(name) <= 10 else None


def account_exists(name: str) -> bool:
    """Return whether this machine has an account of that name."""
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError, OSError):  # unknown, or an invalid name
        return False
    return True


def group_name(gid: int) -> str:
    """Return the name of a group, or its number where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def is_member(user: str, group: str) -> bool:
    """Return whether an account is a member of a group, both by name."""
    try:
        account, number = pwd.getpwnam(user), grp.getgrnam(group).gr_gid
    except KeyError:
        return False
    return number in os.getgrouplist(user, account.pw_gid)


def is_private_group(gid: int, accounts: Collection[int]) -> bool:
    """Return whether a group belongs to one account alone, and that one is among `accounts`.

    Many systems make such a group for each account; it has the account's name and no other members.
    """
    try:
        group = grp.getgrgid(gid)
        own = pwd.getpwnam(group.gr_name)
    except KeyError:
        return False
    members = {own.pw_uid, *(account_id(each) for each in group.gr_mem)}
    members.update(each.pw_uid for each in pwd.getpwall() if each.pw_gid == gid)
    return members <= set(accounts)
