"""What screens and verbs talk to."""

from octotui.runtime.session import Session
from octotui.runtime.space_access import SpaceAccess


def as_attached(session: Session) -> SpaceAccess:
    """A session is one, as mypy sees it."""
    return session


def test_a_session_has_all_that_screens_and_verbs_use() -> None:
    wanted = {name for name in vars(SpaceAccess) if not name.startswith("_")} - {"user", "state", "now"}
    assert wanted <= set(vars(Session))
