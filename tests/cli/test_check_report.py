"""What `check` says of a model, its warnings included."""

import json

import pytest

from octotui.cli import model_files
from octotui.cli.terminal.output import MOST_COMPLAINTS
from octotui.model.complaints import InsideReport, SourcePosition
from octotui.model.space import Model
from tests.cli.conftest import OK, Call


def warn(model: Model, report: InsideReport) -> None:
    report(("runbooks", "ok"), "It could be called better.", SourcePosition(1, 1))


def test_a_warning_goes_to_stderr_and_changes_no_exit_code(
    octotui: Call, write: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "ADVICE", (warn,))
    model = write(OK)
    done = octotui("check", model)
    assert (done.code, done.out) == (0, "Small: 1 pool, 3 workers, 1 runbook, 1 step; 1 warning\n")
    assert done.err.startswith(f"warning: {model}:")
    assert done.err.endswith(": runbooks.ok: It could be called better.\n")


def test_json_is_one_object_with_warnings_and_complaints(
    octotui: Call, write: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "ADVICE", (warn,))
    clean = json.loads(octotui("check", write(OK), "--json").out)
    assert (clean["space"], clean["counts"]["runbook"], clean["complaints"]) == ("Small", 1, [])
    assert [each["message"] for each in clean["warnings"]] == ["It could be called better."]
    broken = octotui("check", write(OK.replace('"setup"', '"setpu"')), "--json")
    told = json.loads(broken.out)
    assert (broken.code, broken.err, told["space"], told["warnings"]) == (2, "", None, [])
    assert told["complaints"][0]["line"] > 0


def test_of_very_many_complaints_the_first_are_said_and_json_has_all(octotui: Call, write: Call) -> None:
    model = write("".join(f'[[runbooks.r{n}.steps]]\nname = "S"\nscritp = "x"\n' for n in range(1500)))
    said = octotui("check", model)
    lines = said.err.splitlines()
    assert said.code == 2
    assert len(lines) == MOST_COMPLAINTS + 1
    assert (
        lines[-1]
        == f"octotui: there are {3000 - MOST_COMPLAINTS:,} more; octotui check --json lists all of them"
    )
    assert len(json.loads(octotui("check", "--json", model).out)["complaints"]) == 3000
