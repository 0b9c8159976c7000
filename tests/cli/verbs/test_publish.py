"""`octotui publish`: a runbook is frozen."""

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.cli.shop import write_shop


def steps(octotui: Call, model: Path, state: Path, *options: str) -> list[str]:
    said = octotui("run", model, "look", *options, "--json", "--state", state)
    assert said.code == 0
    return list(json.loads(said.out.splitlines()[-1])["runs"][0]["workers"])


def test_a_published_runbook_runs_as_it_was_unless_a_draft_is_asked_for(
    octotui: Call, tmp_path: Path, state: Path
) -> None:
    said = octotui("publish", write_shop(tmp_path), "Look around", "--state", state)
    assert said == (0, "Look around is published as 0.0.1\n", "")
    model = write_shop(tmp_path, change=('name = "Look"\n', 'name = "Stare"\n'))
    assert steps(octotui, model, state) == ["Look"]
    assert steps(octotui, model, state, "--draft") == ["Stare"]
    planned = octotui("plan", model, "look", "--draft", "--json", "--state", state)
    assert list(json.loads(planned.out)["runs"][0]["workers"]) == ["Stare"]
    octotui("publish", model, "look", "--state", state)
    assert steps(octotui, model, state) == ["Stare"]
    assert octotui("publish", model, "shop", "--state", state).code == 2
