"""How many connections accounts may have, and who has left the access group."""

import pytest

from octotui.runtime.server import admission
from octotui.runtime.server.admission import MOST, OTHERS, OWN, STRANGERS, Admission, GroupMembers


def filled(door: Admission, user: str, *, may_read: bool = True) -> int:
    """How many connections an account gets."""
    count = 0
    while door.enter(user, may_read=may_read) is None:
        count += 1
    return count


def test_r6_each_account_has_so_many_connections_and_no_more() -> None:
    door = Admission("ann")
    assert filled(door, "ann") == OWN
    assert filled(door, "bob") == MOST
    assert filled(door, "eve", may_read=False) == STRANGERS < MOST < OWN
    assert door.enter("eve", may_read=False) == (
        f"eve has {STRANGERS} connections to this space already: end some of them first"
    )
    door.leave("eve")
    assert door.enter("eve", may_read=False) is None
    assert door.enter("eve", may_read=False) is not None


def test_r6_who_has_left_is_forgotten() -> None:
    """Otherwise whoever came once would be counted for ever."""
    door = Admission("ann")
    for user in ("ann", "bob", "bob"):
        door.enter(user, may_read=True)
    door.leave("bob")
    assert dict(door._open) == {"ann": 1, "bob": 1}
    door.leave("bob")
    assert dict(door._open) == {"ann": 1}


def test_r6_all_others_together_leave_room_for_the_owner() -> None:
    door = Admission("ann")
    assert sum(filled(door, f"user-{number}") for number in range(10)) == OTHERS
    assert door.enter("late", may_read=True) == (
        f"there are {OTHERS} connections to this space already: try again later"
    )
    assert filled(door, "ann") == OWN


def test_i8_who_was_a_member_and_is_none_any_more_is_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    group = {"bob"}
    monkeypatch.setattr(admission, "is_member", lambda user, name: name == "ops" and user in group)
    members = GroupMembers()
    assert members.outside({"bob", "service"}, "ops") == {}, "the kernel let the service in"
    group.clear()
    outside = members.outside({"bob", "service"}, "ops")
    assert outside == {
        "bob": "bob may not connect to this space: [access] lets in members of the group ops only"
    }
    group.add("bob")
    assert members.outside({"bob"}, "ops") == {}


def test_i8_another_group_lets_in_only_its_own_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "is_member", lambda user, name: (user, name) == ("bob", "dev"))
    members = GroupMembers()
    assert set(members.outside({"bob", "eve"}, "dev", anew=True)) == {"eve"}
    assert set(members.outside({"bob", "eve"}, None, anew=True)) == {"bob", "eve"}
    assert members.outside({"bob", "eve"}, None) == {}
