"""The model's part in its file, edited in $EDITOR, in a real pseudo-terminal and by keys only."""

from pathlib import Path

import pytest

from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("servers_end")
MODEL = """
[space]
name = "Night"

[runbooks.haul]
name = "Haul"
[[runbooks.haul.steps]]
name = "Pull"
script = "while [ ! -e '{marker}' ]; do sleep 0.1; done; echo pulled"
"""
EDITOR = """#!/bin/sh
# as an editor is used: what is changed depends on what is there
printf 'editing %s\\n' "$1"; read key
case $(grep -c 'nme =' "$2") in
  0) sed -i 's/^name = "Pull"/nme = "Pull"/' "$2";;
  *) sed -i 's/^nme = "Pull"/name = "Push"/' "$2";;
esac
kill -$key $$
"""


def test_t1_a_step_is_edited_then_its_complaint_and_what_runs_keeps_its_model(tmp_path: Path) -> None:
    model, editor = tmp_path / "night.toml", tmp_path / "vi"
    marker = tmp_path / "marker"
    model.write_text(MODEL.format(marker=marker))
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    surroundings = {"EDITOR": str(editor), "VISUAL": ""}
    with Terminal(model, "--state", tmp_path / "s", columns=80, lines=24, **surroundings) as terminal:
        terminal.wait("No runs yet")
        terminal.press("s")
        terminal.wait("Start which runbook?")
        terminal.press("enter")
        terminal.wait("▶ run-1 Haul")
        terminal.press("enter")
        terminal.wait("▶ Pull", "esc back")
        terminal.press("j", "m")
        terminal.wait("Pull of Haul · night.toml:7 · ", "│ [[runbooks.haul.steps]]", "no errors")
        terminal.press("O")
        terminal.wait("editing +7")
        terminal.press("CONT\n")
        terminal.wait('did you mean "name"?', "2 errors", "nme = ", gone="editing")
        terminal.press("n", "n", "O")
        terminal.wait("editing +8")
        terminal.press("KILL\n")  # a crash of the editor is none of the app
        terminal.wait("vi ended with signal 9", "no errors", 'name = "Push"', gone="editing")
        terminal.press("esc")
        terminal.wait("▶ Pull")
        marker.touch()
        terminal.wait("✔ Pull")
        terminal.press("esc")
        terminal.wait("─ Pools", "run-1 Haul")
        terminal.press("s")
        terminal.wait("Start which runbook?")
        terminal.press("enter")
        terminal.wait("✔ run-2 Haul")
        terminal.press("enter")
        terminal.wait("✔ Push")
        terminal.press("q")
        assert terminal.left() == 0
