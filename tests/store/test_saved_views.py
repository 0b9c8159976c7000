"""Views of an account: its own and those that octotui brings; its file may be anything."""

import multiprocessing
import os
from datetime import datetime
from pathlib import Path

import pytest

from octotui.engine.queries.parse import parse
from octotui.store.errors import StoreError
from octotui.store.saved_views import SHIPPED, save_view, saved_views, views_file


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return views_file()


def test_without_a_file_there_are_those_that_are_shipped() -> None:
    assert saved_views() == (SHIPPED, "")
    for text in SHIPPED.values():
        parse(text, 1e9)


@pytest.mark.parametrize("now", ["2026-01-31T02:00", "2026-01-31T09:30", "2026-01-31T20:00"])
def test_last_night_is_from_18_of_yesterday_to_8_of_today(now: str) -> None:
    query = parse(SHIPPED["last night's failures"], datetime.fromisoformat(now).timestamp())
    assert [datetime.fromtimestamp(each or 0).isoformat() for each in (query.since, query.until)] == [
        "2026-01-30T18:00:00",
        "2026-01-31T08:00:00",
    ]


def test_a_saved_view_comes_first_and_is_private(file: Path) -> None:
    save_view(" mine ", 'by:ann runbook:"Create AWS RDS"')
    save_view("failures", "state:failed")
    views = saved_views()
    assert list(views.views)[:2] == ["mine", "failures"]
    assert views.find("MINE") == 'by:ann runbook:"Create AWS RDS"'
    assert views.find("failures") == "state:failed"
    assert views.find("nothing") is None
    assert set(SHIPPED) < set(views.views)
    assert file.stat().st_mode & 0o777 == 0o600
    assert {*file.parent.iterdir()} == {file, file.with_name(".views.toml.lock")}


BROKEN = {
    "no TOML": b"views = [",
    "no text": b"\xff\xfe",
    "another key": b"[view]\na = 'b'\n",
    "no table": b"views = 3\n",
    "no filter": b"[views]\na = 3\n",
    "several lines": b"[views]\na = 'b\\n'\nc = \"d\\ne\"\n",
    "control characters": b'[views]\n"a\\u001b[31m" = "b"\n',
    "no name": b'[views]\n"" = "b"\n',
    "a long name": b"[views]\n" + b"a" * 61 + b" = 'b'\n",
    "a long filter": b"[views]\na = '" + b"b" * 2001 + b"'\n",
    "very many": b"[views]\n" + b"".join(b"a%d = 'b'\n" % n for n in range(201)),
    "very large": b"#" * (1 << 19),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_sentence_and_takes_nothing_else_away(file: Path, name: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(BROKEN[name])
    views = saved_views()
    assert views.views == SHIPPED
    assert str(file) in views.problem
    assert views.problem.isprintable()
    with pytest.raises(StoreError):
        save_view("mine", "state:failed")
    assert file.read_bytes() == BROKEN[name]


def test_what_is_no_file_is_one_sentence(file: Path) -> None:
    file.parent.mkdir(parents=True)
    os.mkfifo(file)  # opening it would wait for ever
    assert "no file of 256 KiB at most" in saved_views().problem
    file.unlink()
    file.mkdir()
    assert "Cannot read this file: Is a directory." in saved_views().problem


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_r9_a_file_that_somebody_else_wrote_is_not_used(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("[views]\na = 'b'\n")
    os.chown(file, 12345, -1)
    assert saved_views().views == SHIPPED
    assert "not used" in saved_views().problem


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 61])
def test_a_name_that_cannot_be_is_refused(file: Path, name: str) -> None:
    with pytest.raises(StoreError, match="needs a name"):
        save_view(name, "state:failed")
    assert not file.exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(file: Path) -> None:
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("in the way")
    with pytest.raises(StoreError):
        save_view("mine", "state:failed")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_r9_a_file_that_a_group_can_write_is_not_used(file: Path) -> None:
    save_view("mine", "state:failed")
    file.chmod(0o660)
    os.chown(file, -1, 1)
    assert saved_views().views == SHIPPED
    assert f"chmod g-w {file}" in saved_views().problem


def _save_thirty(which: int) -> None:
    for number in range(30):
        save_view(f"{which}-{number}", "state:failed")


def test_two_processes_that_save_views_lose_none(file: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_save_thirty, (1, 2))
    assert len(saved_views().views) == 60 + len(SHIPPED)
