import os
import resource

import pytest

from octotui.workers.agent.limits import ChildLimits


def test_a_job_has_the_limit_that_it_is_given_and_the_agent_its_own() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    pid = os.fork()
    if pid == 0:  # limits and scores are those of a process
        code = 1
        try:
            limits = ChildLimits()
            own = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            with limits.of_a_child("123"):
                inner = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
                score = int(open("/proc/self/oom_score_adj").read()) if os.path.exists("/proc/self") else 0
            code = 0 if (inner, score) == (123, 0) and own >= before[0] else 2
            if resource.getrlimit(resource.RLIMIT_NOFILE)[0] != own:
                code = 3
            if os.geteuid() == 0 and int(open("/proc/self/oom_score_adj").read()) not in (-900, 0):
                code = 4
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_a_limit_that_is_no_number_is_refused() -> None:
    pid = os.fork()
    if pid == 0:
        with pytest.raises(ValueError, match="many"), ChildLimits().of_a_child("many"):
            pass
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
