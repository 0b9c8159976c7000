"""What screens and verbs talk to."""

from octotui.runtime.attached import Attached
from octotui.runtime.session import Session


def as_attached(session: Session) -> Attached:
    """A session is one, as mypy sees it."""
    return session


def test_a_session_has_all_that_screens_and_verbs_use() -> None:
    wanted = {name for name in vars(Attached) if not name.startswith("_")} - {"user", "state", "now"}
    assert wanted <= set(vars(Session))
