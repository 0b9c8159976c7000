"""S7: 0 is success, and everything else is not."""

import pytest

from octotui.engine.state import Outcome
from octotui.workers.exit_outcome import exit_outcome


@pytest.mark.parametrize(
    ("code", "reason"),
    [(1, "exit code 1"), (137, "exit code 137"), (-9, "killed by SIGKILL"), (-99, "killed by signal 99")],
)
def test_s7_what_is_not_0_has_failed(code: int, reason: str) -> None:
    assert exit_outcome(code) == Outcome(state="failed", exit_code=code, reason=reason)


def test_s7_0_has_succeeded_with_its_warnings() -> None:
    assert exit_outcome(0, ("w",)) == Outcome(state="succeeded", exit_code=0, warnings=("w",))
