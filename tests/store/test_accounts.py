"""Accounts and groups of the machine."""

import grp
import os
import pwd
from types import SimpleNamespace

import pytest

from octotui.store import accounts
from octotui.store.accounts import (
    account_exists,
    account_id,
    account_name,
    group_name,
    is_member,
    is_private_group,
)

MANY = 4000  # numbers that no account and no group of a test has: from here on


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann and bob with groups of their own, ann's lent to bob; ops, of which both are; users, everybody's."""
    people = [
        SimpleNamespace(pw_name=name, pw_uid=MANY + n, pw_gid=gid)
        for n, (name, gid) in enumerate({"ann": MANY, "bob": MANY + 1, "eve": MANY + 8}.items())
    ]
    groups = [
        SimpleNamespace(gr_name="ann", gr_gid=MANY, gr_mem=["ann"]),
        SimpleNamespace(gr_name="bob", gr_gid=MANY + 1, gr_mem=["eve"]),
        SimpleNamespace(gr_name="ops", gr_gid=MANY + 7, gr_mem=["ann", "bob"]),
        SimpleNamespace(gr_name="eve", gr_gid=MANY + 8, gr_mem=[]),
        SimpleNamespace(gr_name="staff", gr_gid=MANY + 9, gr_mem=[]),
    ]

    def find(rows: list[SimpleNamespace], field: str, value: object) -> SimpleNamespace:
        for row in rows:
            if getattr(row, field) == value:
                return row
        raise KeyError(value)

    monkeypatch.setattr(
        accounts,
        "pwd",
        SimpleNamespace(
            getpwnam=lambda name: find(people, "pw_name", name),
            getpwuid=lambda uid: find(people, "pw_uid", uid),
            getpwall=lambda: people,
        ),
    )
    monkeypatch.setattr(
        accounts,
        "grp",
        SimpleNamespace(
            getgrnam=lambda name: find(groups, "gr_name", name),
            getgrgid=lambda gid: find(groups, "gr_gid", gid),
        ),
    )
    monkeypatch.setattr(
        accounts.os,
        "getgrouplist",
        lambda user, gid: [gid, *(each.gr_gid for each in groups if user in each.gr_mem)],
    )


def test_accounts_and_groups_have_names_and_numbers() -> None:
    own, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(os.getegid())
    assert account_name(own.pw_uid) == own.pw_name
    assert account_id(own.pw_name) == own.pw_uid
    assert group_name(group.gr_gid) == group.gr_name
    assert is_member(own.pw_name, grp.getgrgid(own.pw_gid).gr_name)


def test_who_has_no_name_is_a_number() -> None:
    assert (account_name(987654321), group_name(987654321)) == ("987654321", "987654321")
    assert account_id("987654321") == 987654321
    for name in ("no-such-account", "", "-1", "1e3", "٣", "9" * 11):
        assert account_id(name) is None


@pytest.mark.usefixtures("database")
def test_a_member_is_who_a_group_names_or_who_has_it_first() -> None:
    assert is_member("bob", "ops")
    assert is_member("eve", "eve")
    assert not is_member("eve", "ops")
    assert not is_member("nobody-knows", "ops")
    assert not is_member("ann", "no-such-group")


@pytest.mark.usefixtures("database")
def test_a_group_is_private_that_is_called_as_its_only_member() -> None:
    ann, bob, eve = MANY, MANY + 1, MANY + 2
    assert is_private_group(MANY, {ann})
    assert not is_private_group(MANY, {bob}), "it is another's"
    assert not is_private_group(MANY + 1, {bob}), "eve is in it, too"
    assert is_private_group(MANY + 1, {bob, eve})
    assert not is_private_group(MANY + 7, {ann, bob}), "others may come to it"
    assert not is_private_group(MANY + 9, {ann}), "nobody is in it, and programs may have it"
    assert not is_private_group(987654321, {ann})


def test_an_account_with_the_group_of_another_is_a_member_of_it(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = SimpleNamespace(pw_name="guest", pw_uid=MANY + 5, pw_gid=MANY)
    everybody = [*accounts.pwd.getpwall(), guest]
    monkeypatch.setattr(accounts.pwd, "getpwall", lambda: everybody)
    assert not is_private_group(MANY, {MANY})


@pytest.mark.parametrize(
    "name", ["", "no such account", "a\0b", "\udcff", "x" * 10_000, "987654321", "../root"]
)
def test_i8_a_name_that_no_account_has(name: str) -> None:
    assert not account_exists(name)


def test_i8_an_account_that_is_there() -> None:
    assert account_exists("root")
    own = account_name(os.geteuid())
    assert account_exists(own) or own.isdecimal()
