"""Limits on the connections of each account, and revocation for accounts that left the access group."""

from collections import Counter
from collections.abc import Collection

from octotui.model.complaints import Reason
from octotui.store.accounts import is_member

OWN = 512  # connections of the space's owner
MOST = 64  # connections of any other account
STRANGERS = 16  # connections of an account without the right to read
OTHERS = 256  # connections of all accounts but the owner: jobs and the owner need descriptors, too


class Admission:
    """Counts the open connections of each account."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._open: Counter[str] = Counter()

    def enter(self, user: str, *, may_read: bool) -> Reason | None:
        """Count a new connection; return a reason where it exceeds a limit."""
        own, count = user == self._owner, self._open[user]
        others = self._open.total() - self._open[self._owner]
        most = OWN if own else MOST if may_read else STRANGERS
        if count >= most:
            return f"{user} has {count} connections to this space already: end some of them first"
        if not own and others >= OTHERS:
            return f"there are {others} connections to this space already: try again later"
        self._open[user] += 1
        return None

    def leave(self, user: str) -> None:
        """Count a closed connection."""
        self._open[user] -= 1
        if not self._open[user]:
            del self._open[user]


class GroupMembers:
    """The members of access groups, as of the last check."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def outside(self, users: Collection[str], group: str | None, *, anew: bool = False) -> dict[str, Reason]:
        """Return users who have left the group, or, with `anew`, all who are no members, each with a reason.

        An account that never was a member was admitted by the kernel, which knows better: a process may have
        a group that its account lacks.
        """
        if group is None:
            sentence = "may not connect to this space any more: [access] of the model names no group"
            return {user: f"{user} {sentence}" for user in users} if anew else {}
        members = {user for user in users if is_member(user, group)}
        left = {user for user in users if user not in members and (anew or (user, group) in self._seen)}
        self._seen.update((user, group) for user in members)
        sentence = f"may not connect to this space: [access] lets in members of the group {group} only"
        return {user: f"{user} {sentence}" for user in left}
