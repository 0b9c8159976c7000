"""What can be asked."""

from octotui.engine import commands
from octotui.engine.commands import Refused
from octotui.engine.state import Outcome


def test_a_refusal_is_a_sentence() -> None:
    """R1: for a toast, or beside an exit code."""
    assert str(Refused("there is no runbook x")) == "there is no runbook x"


def test_what_need_not_be_said() -> None:
    """R1: a command is a value."""
    start = commands.StartRun(process="go")
    assert (start.environment, start.tenant, start.requester, start.variables) == (None, None, "", {})
    assert start == commands.StartRun(process="go")
    assert Outcome(state="succeeded").exit_code is None
