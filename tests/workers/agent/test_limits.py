import os
import resource
from pathlib import Path

import pytest

from octotui.workers.agent.limits import ChildLimits

SCORE = Path("/proc/self/oom_score_adj")


def score() -> int:
    return int(SCORE.read_text()) if SCORE.exists() else 0


def judged() -> int:
    """What is wrong with the limits of an agent and its jobs, as an exit code."""
    before, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = ChildLimits()
    own, protected = resource.getrlimit(resource.RLIMIT_NOFILE)[0], score()
    with limits.of_a_child("123"):
        if (resource.getrlimit(resource.RLIMIT_NOFILE)[0], score()) != (123, 0):
            return 2
    if (resource.getrlimit(resource.RLIMIT_NOFILE)[0], score()) != (own, protected) or own < before:
        return 3
    return 0 if protected in (0, -900) else 4


def test_a_job_has_the_limits_that_it_is_given_and_the_agent_its_own() -> None:
    """They are those of a process, so that another one tries it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = judged()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_limit_that_is_no_number_is_refused() -> None:
    pid = os.fork()
    if pid == 0:
        with pytest.raises(ValueError, match="many"), ChildLimits().of_a_child("many"):
            pass
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
