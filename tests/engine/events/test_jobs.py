"""Events of jobs as the journal keeps them."""

import msgspec

from octotui.engine.events import AnyEvent, JobEnded


def test_an_event_is_one_json_object() -> None:
    """R2: with its type, number and time."""
    event = JobEnded(seq=7, at=1.5, run="run-1", job="job-1.1", worker="worker1", state="failed", exit_code=1)
    assert msgspec.json.decode(msgspec.json.encode(event)) == {
        "type": "JobEnded",
        "seq": 7,
        "at": 1.5,
        "run": "run-1",
        "job": "job-1.1",
        "state": "failed",
        "worker": "worker1",
        "exit_code": 1,
        "reason": "",
        "warnings": [],
        "outputs": {},
        "artifacts": [],
        "digests": {},
        "highlights": [],
        "secrets": [],
    }


def test_an_older_journal_can_be_read() -> None:
    """R4: an event without a field that came later."""
    line = b'{"type":"JobEnded","seq":1,"at":1.0,"run":"run-1","job":"job-1.1","state":"succeeded"}'
    assert msgspec.json.decode(line, type=AnyEvent) == JobEnded(
        seq=1, at=1.0, run="run-1", job="job-1.1", state="succeeded"
    )
