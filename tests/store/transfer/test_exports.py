"""Exports: what is in them, of runs that ended and of those that are open."""

import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.events import AnyEvent, JobEnded
from octotui.engine.state import Artifact
from octotui.store.errors import StoreError
from octotui.store.journal.journal import Journal, JournalReader
from octotui.store.logs.log_writer import LogWriter
from octotui.store.space_folder import SpaceFolder
from octotui.store.transfer import exports
from octotui.store.transfer.exports import export, first_of_family
from octotui.store.transfer.imports import exported
from tests.exported import tamed
from tests.store.events import history


async def space(path: Path, events: list[AnyEvent]) -> SpaceFolder:
    folder = SpaceFolder(path, "kraken")
    folder.make()
    journal = Journal(folder.journal)
    await journal.append(events)
    journal.close()
    return folder


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


async def test_a_run_and_all_it_started_with_their_output(tmp_path: Path) -> None:
    folder = await space(tmp_path, history())
    for run in ("run-1", "run-2", "run-3"):
        with LogWriter(folder.log(run, "job")) as log:
            log.append(f"output of {run}\n".encode(), 1.0)
    out = tmp_path / "out.zip"
    manifest = export(folder, ("run-1",), out, artifacts=False).manifest
    assert (manifest.runs, manifest.events, manifest.whole, manifest.space) == (
        ("run-1",),
        12,
        True,
        "second",
    )
    assert out.stat().st_mode & 0o777 == 0o600
    logs = [name for name in names(out) if name.startswith("logs/")]
    assert logs == [f"logs/{run}/job.log{end}" for run in ("run-1", "run-3") for end in (".index", "")]
    with exported(out) as content:
        assert content.manifest == manifest
        assert [each.seq for each in content.events] == [2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15]
        assert (content.folder / "logs/run-3/job.log").read_text() == "output of run-3\n"
        assert content.folder.parent.stat().st_mode & 0o077 == 0
        kept = content.folder
    assert not kept.exists()


async def test_the_same_runs_are_the_same_bytes(tmp_path: Path) -> None:
    folder = await space(tmp_path, history())
    for name in ("one", "two"):
        export(folder, ("run-1",), tmp_path / name, artifacts=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


async def test_several_runs_have_each_event_once(tmp_path: Path) -> None:
    folder = await space(tmp_path, history())
    manifest = export(folder, ("run-2", "run-1"), tmp_path / "out", artifacts=False).manifest
    assert not manifest.whole  # run-2 is being cancelled
    with exported(tmp_path / "out") as content:
        assert [each.seq for each in content.events] == [2, 3, 4, *range(6, 18)]


async def test_others_come_along_without_output_up_to_the_last_event(tmp_path: Path) -> None:
    world = tamed().world
    folder = await space(tmp_path, world.events)
    for run in ("run-1", "run-2"):
        with LogWriter(folder.log(run, "job")) as log:
            log.append(b"output\n", 1.0)
    export(folder, ("run-2",), tmp_path / "alone", artifacts=False)
    manifest = export(folder, ("run-2",), tmp_path / "all", artifacts=False, others=True).manifest
    with exported(tmp_path / "alone") as content:
        last = content.events[-1].seq
        assert {getattr(each, "run", "run-2") for each in content.events} == {"run-2"}
    with exported(tmp_path / "all") as content:
        assert content.events == tuple(each for each in world.events if each.seq <= last)
    assert manifest.runs == ("run-2",)
    assert not [each for each in names(tmp_path / "all") if each.startswith("logs/run-1")]


async def test_v7_kept_files_come_along_where_that_is_asked_for(tmp_path: Path) -> None:
    kept = (Artifact(name="report", size=3), Artifact(name="Report", size=3), Artifact(name="gone", size=3))
    events = [replace(each, artifacts=kept) if isinstance(each, JobEnded) else each for each in history()]
    folder = await space(tmp_path, events)
    files = folder.artifacts("run-1", "job-1.1")
    files.mkdir(parents=True)
    for name in ("report", "Report", "nobody kept this"):
        (files / name).write_text(name)
    export(folder, ("run-1",), tmp_path / "without", artifacts=False)
    assert not [name for name in names(tmp_path / "without") if "artifacts" in name]
    export(folder, ("run-1",), tmp_path / "with", artifacts=True)
    with exported(tmp_path / "with") as content:
        found = sorted((content.folder / "artifacts/run-1/job-1.1").glob("*/*"))
        assert sorted(each.read_text() for each in found) == ["Report", "report"]


async def test_what_is_much_is_stored_so_that_it_looks_like_no_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PACKED", 100_000)
    folder = await space(tmp_path, history())
    for job in ("a", "b"):
        with LogWriter(folder.log("run-1", job)) as log:
            log.append(b"the same\n" * 10_000, 1.0)
    export(folder, ("run-1",), tmp_path / "out", artifacts=False)
    with zipfile.ZipFile(tmp_path / "out") as archive:
        first, second = (archive.getinfo(f"logs/run-1/{job}.log") for job in ("a", "b"))
    assert first.compress_size < 1000
    assert second.compress_size == second.file_size == 90_000


async def test_a_run_is_found_by_its_id_or_number_and_belongs_to_a_family(tmp_path: Path) -> None:
    folder = await space(tmp_path, history())
    assert [first_of_family(folder, each) for each in ("run-1", "3", "run-3")] == ["run-1"] * 3
    for wrong in ("run-9", "unleash", "run-", "-1", "9" * 30, "٣"):
        with pytest.raises(StoreError, match=r"there is no run “.*” in this space: the newest is run-3"):
            first_of_family(folder, wrong)
    with pytest.raises(StoreError, match="nothing has run in this space"):
        first_of_family(SpaceFolder(tmp_path, "other"), "run-1")


async def test_a_log_that_goes_away_meanwhile_is_left_out(tmp_path: Path) -> None:
    folder = await space(tmp_path, history())
    folder.log("run-1", "job").parent.mkdir(parents=True)
    folder.log("run-1", "job").symlink_to("/etc/passwd")
    export(folder, ("run-1",), tmp_path / "out", artifacts=False)
    assert names(tmp_path / "out") == ["manifest.json", "events.jsonl"]


async def test_what_happens_while_families_are_read_is_not_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = await space(tmp_path, history())
    monkeypatch.setattr(JournalReader, "last", lambda _: 11)
    written = export(folder, ("run-1", "run-2"), tmp_path / "out", artifacts=False)
    assert [each.seq for each in written.events] == [2, 3, 4, *range(6, 12)]
    assert not written.manifest.whole
