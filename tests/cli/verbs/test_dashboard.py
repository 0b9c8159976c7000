"""`octotui dashboard`: what is deployed where."""

import json
from pathlib import Path

from tests.cli.conftest import Call, Lived
from tests.cli.shop import write_shop


def test_a_row_a_project_and_a_column_an_environment(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--version", "1.0", "--state", state)
    octotui("deploy", model, "shop", "--release", "1.0", "--environment", "try", "--state", state)
    head, *rows = octotui("dashboard", model, "--state", state).out.splitlines()
    assert head.startswith("project ")
    assert "Trial" in head
    shop = next(row for row in rows if "1.0" in row)
    assert shop[head.index("Trial") :].startswith("✔ 1.0 succeeded ")


def test_each_place_is_an_object(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--version", "1.0", "--state", state)
    octotui("deploy", model, "shop", "--release", "1.0", "--environment", "try", "--state", state)
    found = [
        json.loads(line) for line in octotui("dashboard", model, "--json", "--state", state).out.splitlines()
    ]
    assert [(each["project"], each["environment"], each["version"], each["run"]) for each in found] == [
        ("shop", "try", "1.0", "run-1")
    ]
    assert found[0]["state"] == "succeeded"
    assert found[0]["queued_at"] <= found[0]["started_at"] <= found[0]["ended_at"]


def test_a_space_of_runbooks_shows_what_is_open_too(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    head, *rows = octotui("dashboard", model, *state).out.splitlines()
    assert head.split()[0] == "runbook"
    assert any(row.startswith("Ask first") and "? asks" in row for row in rows)
