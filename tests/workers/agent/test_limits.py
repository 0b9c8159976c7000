import resource
import subprocess
import sys
from pathlib import Path

import pytest

from octotui.workers.agent.limits import ChildLimits

SCORE = Path("/proc/self/oom_score_adj")


def score() -> int:
    return int(SCORE.read_text()) if SCORE.exists() else 0


def judged() -> None:
    """Judge the limits of an agent and its jobs, in a process that has few files open."""
    before, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = ChildLimits()
    own, protected = resource.getrlimit(resource.RLIMIT_NOFILE)[0], score()
    with limits.of_a_child("123"):
        assert (resource.getrlimit(resource.RLIMIT_NOFILE)[0], score()) == (123, 0)
    assert (resource.getrlimit(resource.RLIMIT_NOFILE)[0], score()) == (own, protected)
    assert own >= before
    assert protected in (0, -900)


def refused() -> None:
    with pytest.raises(ValueError, match="many"), ChildLimits().of_a_child("many"):
        pass


@pytest.mark.parametrize("judge", ["judged", "refused"])
def test_a_job_has_the_limits_that_it_is_given_and_the_agent_its_own(judge: str) -> None:
    """They are those of a process, so that a new one tries it: this one may have more files open than 123."""
    call = f"from {__name__} import {judge}; {judge}()"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", call],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
