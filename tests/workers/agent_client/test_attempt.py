import asyncio
from typing import Any

import pytest

from octotui.workers.agent_client.attempt import MOST_STARTS, UNKNOWN, AgentAttempt
from octotui.workers.executor import AttemptLocation, StartError

HERE = AttemptLocation("/worker", "space", "job-1.1-1")


async def test_m2_what_is_asked_again_is_idempotent() -> None:
    attempt = AgentAttempt("a", HERE, None, ({"do": "start"}, (b"x",)))
    attempt.grace = 2.0
    assert [header["do"] for header, _ in attempt.frames()] == ["start", "stop"]
    attempt.has_begun()
    attempt.take(0, b"four")
    follow, stop = attempt.frames()
    assert (follow[0], stop[0]["grace"]) == ({"do": "follow", "job": "a", "from": [4]}, 2.0)


async def test_a_start_that_ends_its_agent_is_not_asked_for_ever() -> None:
    attempt = AgentAttempt("a", HERE, None, ({"do": "start"}, ()))
    frames = [attempt.frames() for _ in range(MOST_STARTS + 1)]
    assert [len(each) for each in frames] == [1] * MOST_STARTS + [0]
    with pytest.raises(StartError, match="its agent ends whenever it begins"):
        await attempt.begun


async def test_m3_a_gap_is_noticed_and_early_output_is_kept() -> None:
    attempt = AgentAttempt("a", HERE, None, ({}, ()))
    chunks: list[bytes] = []
    assert attempt.take(0, b"one")
    assert not attempt.take(4, b"three")
    attempt.attach(chunks.append)
    assert attempt.take(3, b"two")
    assert chunks == [b"one", b"two"]
    attempt.detach()
    assert (attempt.received, attempt.is_followed) == (0, False)


async def test_output_that_cannot_be_kept_is_a_failure_of_one_job() -> None:
    attempt = AgentAttempt("a", HERE, None, ({}, ()))

    def full(chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    attempt.attach(full)
    assert attempt.take(0, b"one")
    assert isinstance(attempt.failure, OSError)
    assert attempt.take(3, b"two")


@pytest.mark.parametrize(
    ("header", "state", "code", "reason"),
    [
        ({"code": 0}, "succeeded", 0, ""),
        ({"code": 3}, "failed", 3, "exit code 3"),
        ({"code": -9}, "failed", -9, "killed by SIGKILL"),
        ({"code": -35}, "failed", -35, "killed by signal 35"),
        ({"code": None}, "lost", None, UNKNOWN),
        ({"code": None, "why": "gone"}, "lost", None, "gone"),
        ({"code": 3, "stopped": True}, "cancelled", 3, ""),
        ({"code": "x"}, "lost", None, UNKNOWN),
    ],
)
async def test_s7_an_exit_code_decides(
    header: dict[str, Any], state: str, code: int | None, reason: str
) -> None:
    outcome = AgentAttempt("a", HERE).outcome(header)
    assert (outcome.state, outcome.exit_code, outcome.reason) == (state, code, reason)


async def test_s5_what_cannot_be_ended_is_a_warning() -> None:
    told = {"code": None, "stopped": True, "survivors": ["7 (x)"], "warnings": ["w"]}
    outcome = AgentAttempt("a", HERE).outcome(told)
    assert outcome.warnings == ("w", "these processes of it cannot be ended: 7 (x)")
    await asyncio.sleep(0)
