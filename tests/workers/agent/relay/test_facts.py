import json
import os
import sys
from pathlib import Path

import pytest

from octotui.workers import agent_program
from octotui.workers.agent.relay.calls import CallError
from octotui.workers.agent.relay.facts import FACTS, boot_id, is_safe, place_of, search_path
from tests.workers.agent.relay.calling import answered


def test_programs_that_everybody_can_change_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir(0o755)
    for name, mode in (("good", 0o755), ("evil", 0o757)):
        (tools / name).touch()
        (tools / name).chmod(mode)
    monkeypatch.setenv("PATH", f".:{tools}:/usr/bin:/bin")
    said = answered(FACTS["facts"], {}, ["good", "evil", "sh", str(tools / "good"), "./good"])
    assert sorted(json.loads(said.frames[-1][1])) == sorted(["good", "sh", str(tools / "good")])
    assert said.last["boot"] == boot_id()
    assert said.last["python"] == sys.executable
    assert search_path() == f"{tools}:/usr/bin:/bin"
    assert is_safe(str(tools / "good"))


def test_v5_only_values_that_are_asked_for_leave_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    names = answered(FACTS["environment"], {}).frames[-1][1]
    assert "TOKEN" in json.loads(names)
    assert b"s3cret" not in names
    values = answered(FACTS["environment"], {}, ["PATH", "NONE"]).frames[-1][1]
    assert list(json.loads(values)) == ["PATH"]


def test_a_directory_is_below_home_or_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place_of("~/x") == place_of("x") == str(tmp_path / "x")
    assert place_of("/srv/x/") == "/srv/x"
    for home in ("", "relative", str(tmp_path / "none")):
        monkeypatch.setenv("HOME", home)
        with pytest.raises(CallError, match="has no home there: say a directory"):
            place_of("x")


def test_v7_a_directory_has_the_helper_files_of_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_bytes(agent_program.archive())
    monkeypatch.setattr(sys, "argv", [str(program)])
    given = {"path": str(tmp_path / "worker"), "version": "v"}
    helpers = Path(answered(FACTS["directory"], given).last["helpers"])
    assert (helpers / "octopus.sh").read_text() == (agent_program.HELPERS / "octopus.sh").read_text()
    (helpers / "octopus.sh").write_text("evil")
    answered(FACTS["directory"], given)
    assert (helpers / "octopus.sh").read_text() != "evil"
    before = os.umask(0)
    (tmp_path / "open").mkdir(0o777)
    os.umask(before)
    said = answered(FACTS["directory"], {"path": str(tmp_path / "open"), "version": "v"})
    assert said.last["problem"] == "unsafe"
    assert said.last["why"] == f"everybody can write to {tmp_path}/open: chmod o-w it"
