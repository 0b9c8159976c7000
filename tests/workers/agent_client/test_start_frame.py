from pathlib import Path

import pytest

from octotui.workers.agent.launch import split
from octotui.workers.agent_client import start_frame as start_frames
from octotui.workers.agent_client.start_frame import Surroundings, attempt_name, start_frame, status_of
from octotui.workers.executor import AttemptLocation, StartError
from octotui.workers.workspace_record import agent_lines
from tests.workers.jobs import work

HERE = AttemptLocation("/worker", "space", "job-1.1-1")
THERE = Surroundings({"PATH": "/bin", "SECRET": "s3cret"}, "/helpers", "1024")


async def test_v5_an_attempt_is_told_what_its_machine_has(tmp_path: Path) -> None:
    header, texts = await start_frame(HERE, work(tmp_path, "true"), "{}", "/bin/bash", THERE, "../worker")
    script, _, record, arguments, environment = split(header, b"".join(texts))
    assert (script, record, header["directory"]) == (b"true", agent_lines(HERE.name, "{}"), "../worker")
    assert arguments.split(b"\0")[0] == b"/bin/bash"
    assert b"BASH_ENV=/helpers/octopus.bash\0" in environment
    assert b"s3cret" not in environment


async def test_what_cannot_be_sent_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = work(tmp_path, "true", environment={"a": "\0"})
    with pytest.raises(StartError, match="embedded null byte"):
        await start_frame(HERE, given, "{}", "/bin/bash", THERE, "x")
    monkeypatch.setattr(start_frames, "LARGEST_PAYLOAD", 10)
    with pytest.raises(StartError, match="too large"):
        await start_frame(HERE, work(tmp_path, "true"), "{}", "/bin/bash", THERE, "x")


def test_m2_a_record_that_was_replaced_is_not_believed() -> None:
    assert attempt_name(HERE) == "space/job-1.1-1"
    good = agent_lines(HERE.name, "{}")
    assert status_of(HERE, {"state": "running"}, good).state == "running"
    assert status_of(HERE, {"state": "ended"}, good).state == "ended"
    lost = status_of(HERE, {"state": "running", "folder": "f"}, b"")
    assert (lost.state, lost.reason.rpartition(" ")[2]) == ("lost", "/worker/work/f")
