"""`octotui dashboard`: what is deployed where."""

import json
from pathlib import Path

import pytest

from octotui.cli.verbs import dashboard
from octotui.views.pages.dashboard import dashboard as grid
from octotui.views.pages.last_runs import standings
from tests.cli.conftest import OK, Call, Lived
from tests.cli.shop import write_shop
from tests.cli.summary.test_started_now import experienced


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


def test_a_table_that_is_too_wide_is_a_list_in_which_all_is_named(
    octotui: Call, write: Call, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """80 columns hold every environment, with the ids of runs."""
    names = ("first", "second", "third", "fourth")
    head = "".join(f'[environments.{name}]\nname = "The {name} environment"\n' for name in names)
    model = write(OK, head=head)
    for name in names:
        octotui("run", model, "ok", "--environment", name, "--state", state)
    table = octotui("dashboard", model, "--state", state).out.splitlines()
    assert len(table) == 2
    monkeypatch.setattr(dashboard, "terminal_width", lambda: 80)
    head_line, *lines = octotui("dashboard", model, "--state", state).out.splitlines()
    assert head_line == "ok"
    assert [line.split()[-1] for line in lines] == ["run-1", "run-2", "run-3", "run-4"]
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].startswith("  The second environment  ✔ succeeded ")
    monkeypatch.setattr(dashboard, "terminal_width", lambda: 20)
    assert all(len(line) <= 20 for line in octotui("dashboard", model, "--state", state).out.splitlines())


def test_a_cell_names_its_run(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--version", "1.0", "--state", state)
    octotui("deploy", model, "shop", "--release", "1.0", "--environment", "try", "--state", state)
    assert "run-1" in octotui("dashboard", model, "--state", state).out


def test_e2_an_object_says_which_runs_are_open_and_about_how_long_the_last_takes() -> None:
    world = experienced()
    names = [world.start("dump") for _ in range(3)]
    objects = dashboard._objects(grid(world.state.model, standings(world.state, {})), world.state, world.now)
    (told,) = (each for each in objects if each["run"] == names[-1])
    assert (told["open"], told["executing"]) == (tuple(names), tuple(names[:2]))
    assert told["left"] == 60
