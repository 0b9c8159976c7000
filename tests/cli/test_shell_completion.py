"""What shells are offered."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import OK, ROOT, Call, Lived, command
from tests.cli.shop import write_shop


def completing(*words: object) -> subprocess.CompletedProcess[str]:
    line = " ".join(["octotui", *map(str, words)])
    return subprocess.run(
        command(),
        cwd=ROOT,
        env={
            **os.environ,
            "_OCTOTUI_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - (not line.endswith(" "))),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def offered(*words: object) -> list[str]:
    """What is offered for the last word."""
    return [each.partition(",")[2] for each in completing(*words).stdout.splitlines() if each]


def test_verbs_processes_runs_and_questions_are_offered(lived: Lived) -> None:
    model, *state = lived.at
    assert {"proceed", "promote"} <= set(offered("pro"))
    assert offered("run", model, "as") == ["ask"]
    assert "run-3" in offered("show", *state, model, "run-")
    assert set(offered("take", *state, model, "q")) == {"question-1", "question-2"}


def test_where_there_is_nothing_nothing_is(tmp_path) -> None:
    assert offered("show", "--state", tmp_path, tmp_path / "none.toml", "run-") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give things to other accounts")
def test_i9_nothing_is_read_of_a_space_that_a_stranger_may_have_put_there(lived: Lived) -> None:
    model, *state = lived.at
    os.chown(lived.state, 54321, -1)
    assert offered("show", *state, model, "run-") == []
    assert offered("take", *state, model, "q") == []
    os.chown(lived.state, 0, -1)


def test_spaces_environments_steps_and_pools_are_offered(lived: Lived) -> None:
    model, *state = lived.at
    assert "small" in offered("runs", *state, "sm")
    assert str(model) in offered("runs", str(model)[:-3])
    assert offered("run", model, "ok", "--environment", "li") == ["live"]
    assert offered("run", model, "ok", "--tenant", "") == ["contoso"]
    assert offered("run", model, "ask", "--skip", "") == ["Before", "May it go on?", "After"]
    assert offered("logs", *state, "small", "run-2", "--step", "B") == ["Before"]
    assert offered("pools", *state, "small", "t") == ["two", "three"]
    assert offered("trust", model, "two", "t") == ["two", "three"]
    assert offered("workers", "exec", model, "t") == ["two", "three"]
    assert offered("audit", *state, "small", "--run", "run-5") == ["run-5"]
    assert offered("variables", *state, "small", "--process", "gu") == ["guided"]


def test_releases_and_channels_are_offered(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    for _ in range(2):
        octotui("release", model, "shop", "--state", state)
    at = ("--state", state)
    assert offered("deploy", *at, model, "shop", "--release", "0") == ["0.0.2", "0.0.1"]
    assert offered("release", model, "shop", "--channel", "q") == ["quick"]
    assert offered("promote", model, "shop", "--to", "t") == ["try"]
    assert offered("releases", *at, "shop", "sh") == ["shop"]


@pytest.mark.parametrize("word", ["run-", "run-1 --step "])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET state = 'weird'",
        "UPDATE runs SET id = x'ff'",
        "UPDATE events SET body = x'7bff'",
        "ALTER TABLE runs DROP COLUMN root",
    ],
)
def test_r4_a_damaged_journal_offers_nothing_and_says_nothing(
    octotui: Call, write: Call, state: Path, statement: str, word: str
) -> None:
    model = write(OK)
    assert octotui("run", model, "ok", "--state", state).code == 0
    with closing(sqlite3.connect(state / "small" / "journal.sqlite")) as database:
        database.execute(statement)
        database.commit()
    done = completing("logs", "--state", state, model, word)
    assert done.stderr == ""
    assert done.returncode == 0
