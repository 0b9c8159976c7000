"""`octotui audit`: who did what, and whether the journal is what it was."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Call

RUNBOOKS = """
[runbooks.ask]
[[runbooks.ask.steps]]
name = "Go?"
manual = { instructions = "Is it?" }
[runbooks.plain]
[[runbooks.plain.steps]]
name = "Say"
script = "true"
"""


@pytest.fixture
def model(write: Callable[..., Path], octotui: Call, state: Path) -> Path:
    """A model, and a space in which three runs have ended."""
    path = write(RUNBOOKS)
    assert octotui("run", path, "ask", "--proceed", "--state", state).code == 0
    assert octotui("run", path, "plain", "--state", state).code == 0
    return path


def journal(state: Path) -> Path:
    (found,) = state.glob("*/journal.sqlite")
    return found


def change(state: Path, statement: str) -> None:
    with closing(sqlite3.connect(journal(state))) as database:
        database.execute(statement)
        database.commit()


def test_i4_it_lists_who_did_what(octotui: Call, model: Path, state: Path) -> None:
    said = octotui("audit", model, "--state", state)
    words = [line.split()[1:3] for line in said.out.splitlines()]
    assert words == [
        ["started", "run-1"],
        ["asked", "run-1"],
        ["taken", "run-1"],
        ["answered", "run-1"],
        ["started", "run-2"],
    ]
    assert (said.code, said.err) == (0, "")
    rows = [json.loads(line) for line in octotui("audit", model, "--json", "--state", state).out.splitlines()]
    assert [row["what"] for row in rows] == [what for what, _ in words]
    assert rows[3]["waited"] >= 0


def test_it_is_filtered(octotui: Call, model: Path, state: Path) -> None:
    def lines(*options: str) -> int:
        told = octotui("audit", model, *options, "--state", state).out.splitlines()
        return 0 if told and told[0].startswith("nothing is recorded that matches: ") else len(told)

    who = json.loads(octotui("audit", model, "--json", "--state", state).out.splitlines()[0])["user"]
    assert lines("--run", "run-1") == 4
    assert lines("--run", "run-2") == 1
    assert lines("--user", who) == 4
    assert lines("--user", "nobody-of-that-name") == 0
    assert lines("--since", "1h") == 5
    assert lines("--since", "2099-01-01") == 0
    assert lines("--run", "run-1", "--since", "2099-01-01") == 0


def test_an_answer_says_how_long_it_waited_though_the_question_is_older(
    octotui: Call, model: Path, state: Path
) -> None:
    rows = [json.loads(line) for line in octotui("audit", model, "--json", "--state", state).out.splitlines()]
    taken = next(row for row in rows if row["what"] == "taken")
    with closing(sqlite3.connect(journal(state))) as database:
        for seq, body in database.execute("SELECT seq, body FROM events WHERE seq < ?", (taken["seq"],)):
            earlier = json.loads(body)
            earlier["at"] -= 1000
            database.execute("UPDATE events SET body = ? WHERE seq = ?", (json.dumps(earlier), seq))
        database.commit()
    said = octotui("audit", model, "--json", "--since", "5m", "--state", state)
    assert 1000 <= json.loads(said.out.splitlines()[0])["waited"] < 1300


def test_a_whole_chain_is_said_to_be_whole(octotui: Call, model: Path, state: Path) -> None:
    head = octotui("audit", model, "--head", "--state", state).out
    assert octotui("audit", "--head", model, "--state", state).out == head
    said = octotui("audit", model, "--verify", "--state", state)
    assert said.code == 0
    assert said.out.endswith(f"events, whole; head {head}")
    kept = model.with_name("head.txt")
    kept.write_text(head)
    for given in (head.strip(), kept):
        said = octotui("audit", model, "--verify", "--head", given, "--state", state)
        assert "whole, and the kept head is part of it" in said.out
    as_json = json.loads(octotui("audit", model, "--head", "--json", "--state", state).out)
    assert f"{as_json['seq']} {as_json['digest']}" == head.strip()


def test_what_was_changed_is_found(octotui: Call, model: Path, state: Path) -> None:
    head = octotui("audit", model, "--head", "--state", state).out.strip()
    change(state, "UPDATE events SET body = replace(body, '\"at\":1', '\"at\":2') WHERE seq = 4")
    said = octotui("audit", model, "--verify", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("octotui: event 4 was changed")
    verdict = octotui("audit", model, "--verify", "--json", "--state", state)
    assert (verdict.code, json.loads(verdict.out)["breaks"][0]["first"]) == (1, 4)
    change(state, "DELETE FROM events WHERE seq > 3")
    said = octotui("audit", model, "--verify", "--head", head, "--state", state)
    assert (said.code, said.err.startswith("octotui: events 4 to ")) == (1, True)


def test_wrong_usage_and_what_is_not_there(octotui: Call, model: Path, state: Path, tmp_path: Path) -> None:
    for options, sentence in (
        ((), "say of which space"),
        ((model, "--verify", "--user", "ann"), "--verify and --head look at the whole journal"),
        ((model, "--head", "12 abc"), "a head is checked with --verify"),
        ((model, "--verify", "--head", "12 abc"), "“12 abc” is no head"),
        ((model, "--since", "soon"), "expected a time such as"),
        ((model, "--run", "run-99"), "there is no run run-99"),
    ):
        said = octotui("audit", *options, "--state", state)
        assert (said.code, sentence in said.err) == (2, True), said
    none = tmp_path / "none"
    assert octotui("audit", model, "--state", none) == (0, "", "")
    assert octotui("audit", model, "--verify", "--state", none).code == 1
    assert not none.exists()
    journal(state).write_bytes(b"this was a journal once, long ago" * 100)
    said = octotui("audit", model, "--state", state)
    assert (said.code, "is damaged" in said.err) == (1, True)


def test_a_space_is_taken_by_name_and_by_folder_and_by_a_model_that_is_broken_by_now(
    octotui: Call, model: Path, state: Path
) -> None:
    rows = octotui("audit", model, "--state", state).out
    model.write_text(model.read_text() + "[nonsense]\n")
    assert octotui("audit", model, "--state", state).out == rows
    assert octotui("audit", "Small", "--state", state).out == rows
    assert octotui("audit", state / "small").out == rows
    assert octotui("audit", "--head", "small", "--state", state).code == 0
    refused = octotui("audit", "smal", "--state", state)
    assert (refused.code, 'did you mean "small"?' in refused.err) == (2, True)
