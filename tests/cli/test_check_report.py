"""What `check` says of a model, its warnings included."""

import json

import pytest

from octotui.cli import model_files
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
