"""A run of a list as an object: all that a column says."""

import json
from pathlib import Path

from octotui.cli.listed_run import listed_run
from octotui.engine.forecast import forecast
from octotui.store.journal.run_records import record_of_run
from octotui.views.lists.columns import CellContext
from octotui.views.lists.family_rows import own_row
from octotui.views.lists.run_columns import COLUMNS
from tests import scenes
from tests.cli.conftest import OK, Call, Lived

OF_COLUMNS = {
    "sign": "label", "id": "id", "title": "name", "state": "label", "environment": "environment",
    "started": "started_at", "duration": "took", "by": "requester", "worker": "workers", "wait": "wait",
    "step": "steps", "project": "project", "release": "release", "tenant": "tenant", "queued": "queued_at",
    "ended": "ended_at", "warnings": "warnings", "left": "left", "eta": "ends_about",
}  # fmt: skip
"""Which name of the object says what a column does."""


def test_each_column_has_a_name(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    (line,) = octotui("runs", model, "--json", "--state", state).out.splitlines()
    assert {column.name for column in COLUMNS} == OF_COLUMNS.keys()
    assert set(OF_COLUMNS.values()) <= json.loads(line).keys()


def test_e2_waits_and_estimates_are_there() -> None:
    """E2: those that the list shows."""
    scene = scenes.estimated()
    scope = CellContext(scene.now, coming=forecast(scene.state, scene.now))
    told = {}
    for name in ("run-17", "run-18"):
        row = own_row(scene.state, {}, name, scope)
        assert row is not None
        told[name] = listed_run(scene.state, row, None, scope)
    assert told["run-17"]["ends_about"] == scope.coming.run_ends["run-17"]
    assert told["run-17"]["left"] == told["run-17"]["ends_about"] - scene.now
    assert told["run-17"]["wait"] is None
    assert told["run-18"]["wait"].sentence.startswith("waits for ")
    assert told["run-18"]["wait"].until == scope.coming.run_starts["run-18"]


def test_an_ended_run_keeps_its_record(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    lines = [json.loads(line) for line in octotui("runs", model, "--json", *state).out.splitlines()]
    told = {line["id"]: line for line in lines}
    assert (told["run-1"]["state"], told["run-1"]["wait"], told["run-1"]["left"]) == ("succeeded", None, None)
    assert told["run-2"]["label"] == "asks"
    assert told["run-2"]["wait"]["told"].startswith("asks anyone")
    assert (told["run-2"]["begun_steps"], told["run-2"]["steps"]) == (2, 3)
    assert told["run-5"]["wait"]["for"] == "a slot"


def test_a_record_is_told_as_it_is() -> None:
    scene = scenes.estimated()
    scope = CellContext(scene.now)
    row = own_row(scene.state, {}, "run-17", scope)
    assert row is not None
    record = record_of_run(scene.state.runs["run-17"])
    assert listed_run(scene.state, row, record, scope)["number"] == 17
