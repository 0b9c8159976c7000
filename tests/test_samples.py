"""What earlier versions have left opens for ever: each kept sample says today what it said then (R4).

A failure here means that a name or a meaning on disk or on a socket has changed. Give the old name back
(`msgspec.field(name=…)`, `tag=…`), or read the old form beside the new one; never make a sample anew.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from octotui.engine.state.snapshot import UnreadableSnapshot
from tests.samples import wire
from tests.samples.answers import (
    SLUG,
    answers_of,
    ask,
    call,
    dialogue,
    narrated,
    plain,
    read_answers,
    replayed,
    state_at,
)
from tests.samples.make import VERSIONS, unpack
from tests.samples.playing import STATE, Played, day, end_left_behind

PASSING = {"user", "process", "origin", "requester", "seq"}  # who asks, which server, after how much
SENTENCES = {"told", "doing"}  # made when they are asked for; `closed.txt` has the words of today
HOUR = 1 / 24


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def version(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(params=["closed", "killed"])
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def folder(version: Path, name: str, tmp_path: Path) -> Iterator[Path]:
    """A copy of a space, in which no script is running any more."""
    yield unpack(version, name, tmp_path)
    end_left_behind(tmp_path / "sample")


def lost(then: Any, now: Any, where: str = "") -> Iterator[str]:
    """Say what was there, and is not, or is another; what was added since is passed by.

    A sentence must still be one, in whichever words.
    """
    if isinstance(then, dict) and isinstance(now, dict):
        for key, value in then.items():
            if key in SENTENCES and value and isinstance(now.get(key), str) and now[key]:
                continue
            if key in now:
                yield from lost(value, now[key], f"{where}.{key}")
            else:
                yield f"{where}.{key} is gone"
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for index, (value, other) in enumerate(zip(then, now, strict=True)):
            yield from lost(value, other, f"{where}[{index}]")
    elif then != now:
        yield f"{where} was {str(then)[:100]}, and is {str(now)[:100]}"


def test_nothing_in_a_sample_is_passed_by_in_silence() -> None:
    then = {"a": [{"b": 1}], "c": {"d": "e"}}
    assert not [*lost(then, {"a": [{"b": 1, "new": 2}], "c": {"d": "e"}, "new": {}})]
    assert [*lost(then, {"a": [{}], "c": {"d": "f"}})] == [".a[0].b is gone", ".c.d was e, and is f"]
    assert [*lost(then, {"a": [], "c": {"d": "e"}})]
    assert not [*lost({"told": "waits"}, {"told": "waits for it"})]
    assert [*lost({"told": "waits"}, {"told": ""})] == [".told was waits, and is "]
    assert VERSIONS


def test_r2_every_field_that_was_written_is_read(version: Path) -> None:
    kept = wire.read(version)
    assert {each.read_as for each in kept} == set(wire.READ_AS)
    assert not [
        f"{each.read_as} {said}"
        for each in kept
        if not each.outdated
        for said in lost(msgspec.json.decode(each.written), msgspec.json.decode(wire.again(each)))
    ]


def test_r5_a_snapshot_of_an_earlier_version_is_not_read_in_part(version: Path) -> None:
    """Its fields may have other places now: the events say what it said."""
    kept = [each for each in wire.read(version) if each.read_as == "snapshot"]
    if version == VERSIONS[-1] and all(each.outdated for each in kept):
        pytest.fail("keep snapshots of the present version: python -m tests.samples.make --snapshots")
    for each in kept:
        if each.outdated:
            with pytest.raises(UnreadableSnapshot, match="the snapshot has version"):
                wire.again(each)


def test_r4_a_space_says_what_it_said(version: Path, name: str, folder: Path) -> None:
    then = read_answers(version / f"{name}.json.xz")
    assert not [*lost(then, answers_of(folder))]
    assert not then["verified"][0]["breaks"]
    if name == "killed":
        assert (folder / STATE / SLUG / "journal.sqlite-wal").stat().st_size


def test_r4_events_alone_say_the_same_without_a_snapshot(version: Path, name: str, folder: Path) -> None:
    then = read_answers(version / f"{name}.json.xz")["state"]
    with closing(sqlite3.connect(folder / STATE / SLUG / "journal.sqlite")) as journal, journal:
        kept = journal.execute("SELECT seq FROM snapshot").fetchone()[0]
        assert (kept == then["seq"]) is (name == "closed")  # it was killed behind its snapshot
        journal.execute("DELETE FROM snapshot")
    assert not [*lost(then, plain(state_at(folder)))]


@pytest.mark.parametrize("name", ["closed"])
def test_it_is_said_in_the_same_words(version: Path, folder: Path) -> None:
    """After words were changed on purpose: `python -m tests.samples.make --words`."""
    assert narrated(folder) == (version / "closed.txt").read_text()


def test_an_export_shows_every_moment_as_it_was(version: Path) -> None:
    then = read_answers(version / "runs.json.xz")
    assert len(then) > 4
    assert not [*lost(then, replayed(version / "runs.zip"))]


@pytest.mark.parametrize("name", ["killed"])
def test_a_backup_is_restored(version: Path, folder: Path) -> None:
    (folder / STATE).rename(folder / "before")
    call("restore", version / "backup.tar.gz", "--state", folder / STATE)
    assert not [*lost(read_answers(version / "killed.json.xz"), answers_of(folder))]
    kept = {each.relative_to(folder / "before"): each for each in (folder / "before").glob("*/logs/*/*")}
    assert kept
    assert all((folder / STATE / each).read_bytes() == path.read_bytes() for each, path in kept.items())


@pytest.mark.parametrize("name", ["closed"])
async def test_i6_a_question_that_was_left_open_is_answered(folder: Path) -> None:
    """The second of two approvals; the run goes on to its end, and the one behind its tag asks."""
    asking, behind = _left(folder, "rotate")
    assert state_at(folder).runs[behind].state == "queued"
    async with day(folder, 5 + HOUR) as played:
        await played.answer(asking, "dora", "proceed", "the second", Size="large", Ticket="CHG-8")
        await played.ended(asking)
        await played.asks(behind)
        assert _ends(played)[asking] == "succeeded"
        log = played.session.log_path(asking, f"{asking.replace('run', 'job')}.3")
        assert log.read_text() == "large: the first of two\nthe second\n"
    assert "whole" in ask(folder, "audit", "--verify")


@pytest.mark.parametrize("name", ["closed"])
async def test_r4_what_was_left_in_the_queues_goes_on(folder: Path) -> None:
    """The cap is that of the model again; jobs that ran are lost, and their locks and places free."""
    (weigh,), (visit,), (stubborn,), (forge,), (slow,), (parent,) = (
        _left(folder, each) for each in ("weigh", "visit", "stubborn", "forge", "slow", "parent")
    )
    async with day(folder, 5 + HOUR) as played:
        await played.ended(weigh, visit, stubborn)
        await played.answer(slow, "bob", "fail")
        await played.ended(slow, forge)
        ends = _ends(played)
        assert [ends[each] for each in (weigh, visit, stubborn, forge, slow)] == [
            *("succeeded", "succeeded", "cancelled", "succeeded", "failed")
        ]
        child = next(each.id for each in played.state.runs.values() if each.parent and each.root == parent)
        await played.answer(child, "carl", "proceed")
        await played.ended(parent)
        assert _ends(played)[parent] == "succeeded"
    assert "whole" in ask(folder, "audit", "--verify")


@pytest.mark.parametrize("name", ["killed"])
async def test_r4_jobs_that_ran_on_are_taken_up(folder: Path) -> None:
    """One was killed and asks; one has ended: its output, masked, and what it said are read where it ran."""
    (stubborn,), (brief,) = (_left(folder, each) for each in ("stubborn", "brief"))
    places = folder / STATE / SLUG / "places.json"
    before = msgspec.json.decode(places.read_bytes())
    async with day(folder, 6 + HOUR) as played:
        await played.answer(stubborn, "ann", "fail")
        await played.ended(stubborn, brief)
        assert [_ends(played)[each] for each in (stubborn, brief)] == ["failed", "succeeded"]
        (job,) = (await played.session.family(brief)).jobs.values()
        assert (job.attempt, job.highlights) == (1, ("afterwards",))
        log = played.session.log_path(brief, job.id)
        assert log.read_text() == "before, with ********\nafterwards\n"
    assert "whole" in ask(folder, "audit", "--verify")
    after = msgspec.json.decode(places.read_bytes())
    assert after["id"] == before["id"]
    workers = {each.removeprefix("workers/") for each in before["directories"]}
    assert {name for name, each in after["workers"].items() if "" in each["directories"]} >= workers
    assert "directories" not in after
    assert any(each.get("boot") for each in after["workers"].values())


def _left(folder: Path, process: str) -> list[str]:
    """The runs of a process that nobody's job started and that were left open, as they were queued."""
    found = [
        run for run in state_at(folder).runs.values() if run.request.process == process and not run.parent
    ]
    return [run.id for run in sorted(found, key=lambda run: run.number) if not run.ended]


def _ends(played: Played) -> dict[str, str]:
    return {each.id: each.state for each in played.session.recent()}


@pytest.mark.parametrize("name", ["killed"])
async def test_a_client_of_then_is_answered_as_it_was(version: Path, folder: Path) -> None:
    then = (version / "dialogue.jsonl").read_bytes().splitlines(keepends=True)
    now = await dialogue(folder, then[::2])
    assert now[::2] == then[::2]
    for old, new in zip(then[1::2], now[1::2], strict=True):
        assert not [*lost(_anybodys(msgspec.json.decode(old)), _anybodys(msgspec.json.decode(new)))]


def _anybodys(said: Any) -> Any:
    """An answer, whoever asks; the reason of an event that happens now is a sentence of today."""
    if isinstance(said, dict):
        known = {key: _anybodys(value) for key, value in said.items() if key not in PASSING}
        return {"told" if key == "reason" else key: value for key, value in known.items()}
    return [_anybodys(each) for each in said] if isinstance(said, list) else said
