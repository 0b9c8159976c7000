"""Disks and folders that refuse: one sentence, exit code 1, and nothing half-done."""

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from octotui.store.journal.sqlite import VERSION
from octotui.store.space_folder import SpaceFolder
from tests.cli.conftest import OK, Call
from tests.cli.test_attended_run import left_behind
from tests.cli.verbs.test_run import states

PRINTER = """
[[runbooks.print.steps]]
name = "Print"
pool = "setup"
grace = "1s"
script = '''
for line in $(seq 20000); do echo "line $line of many that nobody reads"; done
sleep 100
'''
"""
CHATTER = (
    "".join(
        f"""
[[runbooks.chatter.steps]]
name = "{"A long name for step number "}{number}"
pool = "setup"
script = "exit 0"
"""
        for number in range(150)
    )
    + """
[[runbooks.chatter.steps]]
name = "Sleep"
pool = "setup"
start = "with-previous"
script = "sleep 100"
"""
)


def small_files(limit: int) -> Callable[[], None]:
    """A disk that takes files of so many bytes only."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_a_full_disk_under_a_log_fails_the_job_and_ends_it(program: Call, write: Call, state: Path) -> None:
    # The limit holds for what a script writes too: it is killed by the system, or we end it, as it happens.
    said = program("run", write(PRINTER), "print", "--state", state, preexec_fn=small_files(300_000))
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert said.err.startswith("octotui: run-1 failed: step “Print” failed: ")
    assert left_behind(state) == []


def test_a_full_disk_under_the_journal_ends_the_session(program: Call, write: Call, state: Path) -> None:
    model = write(CHATTER)
    assert program("plan", model, "chatter", "--state", state).code == 0
    said = program("run", model, "chatter", "--state", state, preexec_fn=small_files(230_000))
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"octotui: {state}/small/journal.sqlite cannot be ")
    assert left_behind(state) == []
    assert states(state) == {"run-1": "executing"}


def test_a_log_that_cannot_be_made_fails_the_job(octotui: Call, write: Call, state: Path) -> None:
    SpaceFolder(state, "small").make()
    (state / "small" / "logs").write_text("in the way")
    said = octotui("run", write(OK), "ok", "--state", state)
    assert said.code == 1
    assert said.err == (
        "octotui: run-1 failed: step “Say hello” failed: its output cannot be kept in "
        f"{state}/small/logs/run-1/job-1.1.log: Not a directory\n"
    )


def test_a_worker_whose_directory_cannot_be_made(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    model = write(OK, head='[workers.one]\ndirectory = "file/one"\n')
    said = octotui("run", model, "ok", "--state", state)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert said.err.startswith("octotui: run-1 failed: step “Say hello” failed: one ")
    assert "file/one" in said.err


def test_a_journal_that_is_none_is_kept_beside_a_new_one(octotui: Call, write: Call, state: Path) -> None:
    journal = state / "small" / "journal.sqlite"
    journal.parent.mkdir(parents=True)
    journal.write_text("precious" * 1000)
    assert octotui("run", write(OK), "ok", "--state", state).code == 0
    assert (state / "small" / "journal.damaged-1.sqlite").read_text() == "precious" * 1000


def test_a_journal_that_is_a_folder(octotui: Call, write: Call, state: Path) -> None:
    (state / "small" / "journal.sqlite").mkdir(parents=True)
    said = octotui("run", write(OK), "ok", "--state", state)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_a_journal_of_a_newer_octotui(octotui: Call, write: Call, state: Path, verb: str) -> None:
    journal = state / "small" / "journal.sqlite"
    journal.parent.mkdir(parents=True)
    database = sqlite3.connect(journal)
    database.execute("PRAGMA user_version = 7")
    database.close()
    said = octotui(verb, write(OK), "ok", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"octotui: {journal} was written by a newer octotui (version 7, this one knows {VERSION}): update\n"
    )


def test_events_that_do_not_fit_together(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    database = sqlite3.connect(state / "small" / "journal.sqlite")
    with database:
        database.execute("DELETE FROM snapshot")
        database.execute("DELETE FROM events WHERE CAST(body AS TEXT) LIKE '%RunQueued%'")
    database.close()
    said = octotui("plan", model, "ok", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert "damaged" in said.err
    assert said.err.count("\n") == 1
    assert octotui("run", model, "ok", "--state", state).code == 0
    assert (state / "small" / "journal.damaged-1.sqlite").exists()


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_a_state_directory_that_is_a_file(octotui: Call, write: Call, tmp_path: Path, verb: str) -> None:
    (tmp_path / "file").write_text("precious")
    said = octotui(verb, write(OK), "ok", "--state", tmp_path / "file")
    assert (said.code, said.out) == (2, "")
    assert "is a file" in said.err
    said = octotui("run", write(OK), "ok", "--state", tmp_path / "file" / "below")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"octotui: {tmp_path}/file/below/small cannot be used: Not a directory\n"
    assert (tmp_path / "file").read_text() == "precious"


def damaged_column(journal: Path) -> None:
    data = journal.read_bytes()
    assert data.count(b"before TEXT") == 1
    journal.write_bytes(data.replace(b"before TEXT", b"\xffefore TEXT"))


def damaged_body(journal: Path) -> None:
    data = journal.read_bytes()
    journal.write_bytes(data.replace(b'"JobStarted"', b'"Jo\xffStarted"'))


def damaged_record(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as database:
        database.execute("UPDATE runs SET state = 'weird', ended_at = 'abc'")
        database.commit()


@pytest.mark.parametrize("damage", [damaged_column, damaged_body, damaged_record])
def test_r4_readers_of_a_damaged_journal_say_so_in_one_sentence_and_opening_recovers_it(
    octotui: Call, write: Call, state: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    model = write(OK)
    assert octotui("run", model, "ok", "--state", state).code == 0
    damage(state / "small" / "journal.sqlite")
    readers = (
        ("runs",), ("runs", "ok", "--families"), ("events",), ("events", "--since", "1h"), ("show", "run-1"),
        ("tree", "run-1"), ("logs", "run-1"), ("export", "run-1", "--output", tmp_path / "run.zip"),
        ("audit",), ("audit", "--verify"), ("audit", "--head"),
    )  # fmt: skip
    failed = 0
    for verb, *rest in readers:
        said = octotui(verb, model, *rest, "--state", state)
        assert said.code in {0, 1}
        failed += said.code
        if said.code and "--verify" not in rest:
            assert said.err.startswith("octotui: ")
            assert ("damaged (" in said.err, said.err.count("\n")) == (True, 1)
    assert failed or damage is damaged_column
    assert octotui("run", model, "ok", "--state", state).code == 0
    assert (state / "small" / "journal.damaged-1.sqlite").exists()
    assert octotui("runs", model, "--state", state).code == 0
