import pytest

from octotui.workers.executor import AttemptStatus
from octotui.workers.remote.shell import outcomes
from octotui.workers.remote.shell.outcomes import outcome_of, status_of
from octotui.workers.workspace_record import OVERWRITTEN, read

MEMO = b"memo job-1 {}\n"


@pytest.mark.parametrize(("life", "printed", "body", "status"), [
    ("running", 0, MEMO + b"pid 7\n", AttemptStatus("running", "{}")),
    ("gone", 0, MEMO + b"pid 7\nexit 0\n", AttemptStatus("ended", "{}")),
    ("gone", 0, MEMO + b"pid 7\n", AttemptStatus("ended", "{}")),
    ("gone", 0, MEMO, AttemptStatus("unstarted", "{}")),
    ("gone", 3, MEMO, AttemptStatus("lost", "{}")),
    ("unstarted", 0, b"", AttemptStatus("unstarted")),
    ("gone", 0, MEMO + b"pid 7\nexit 0\nexit 1\n", AttemptStatus("lost", "{}", outcomes.UNCLEAR)),
    ("gone", 0, b"", AttemptStatus("lost", "", OVERWRITTEN)),
    ("elsewhere", 0, b"", AttemptStatus("lost", "", outcomes.ELSEWHERE)),
])  # fmt: skip
def test_r4_a_status_is_believed_as_far_as_it_is_credible(
    life: str, printed: int, body: bytes, status: AttemptStatus
) -> None:
    assert status_of("job-1", "/d/attempts/s/job-1", life, printed, body) == status


@pytest.mark.parametrize(("lines", "stopped", "rebooted", "state", "reason"), [
    (b"pid 7\nexit 0\n", False, False, "succeeded", ""),
    (b"pid 7\nexit 3\n", False, False, "failed", "exit code 3"),
    (b"pid 7\nexit 137\n", False, False, "failed", "exit code 137"),
    (b"pid 7\nKilled\nexit 137\n", False, False, "failed", "killed by SIGKILL"),
    (b"pid 7\n", False, False, "lost", outcomes.UNREPORTED),
    (b"pid 7\n", False, True, "lost", outcomes.REBOOTED),
    (b"pid 7\nexit 0\nevil 1\nexit 0\n", False, False, "lost", outcomes.UNCLEAR),
    (b"pid 7\nexit 143\n", True, False, "cancelled", ""),
    (b"pid 7\n", True, True, "cancelled", ""),
])  # fmt: skip
def test_s7_an_outcome_follows_from_the_records(
    lines: bytes, stopped: bool, rebooted: bool, state: str, reason: str
) -> None:
    outcome = outcome_of(read(MEMO + lines), stopped=stopped, left="", rebooted=rebooted)
    assert (outcome.state, outcome.reason, outcome.warnings) == (state, reason, ())


def test_s5_what_cannot_be_ended_is_named() -> None:
    left = "".join(f"{pid} name\x1b\n" for pid in range(12))
    (warning,) = outcome_of(read(MEMO + b"pid 7\n"), stopped=True, left=left, rebooted=False).warnings
    assert warning.startswith(r"processes that it started could not be ended, and go on: 0 (name\x1b), 1 (")
    assert warning.endswith(" and 2 more")
