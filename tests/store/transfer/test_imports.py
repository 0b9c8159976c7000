"""Opening exports: what is broken, newer, dangerous or no export at all is told in one sentence."""

import os
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from octotui.store.archives import unpack
from octotui.store.archives.entries import Limits
from octotui.store.errors import StoreError
from octotui.store.transfer.exports import FORMAT
from octotui.store.transfer.imports import exported
from tests import scenes
from tests.exported import manifest

EVENTS = scenes.seed().world.events
LINES = [msgspec.json.encode(each) for each in EVENTS]


def bundle(path: Path, more: dict[str, bytes] | None = None, **said: object) -> Path:
    """An export with some entries more, or others."""
    entries = {
        "manifest.json": msgspec.json.encode(manifest(EVENTS, **said)),
        "events.jsonl": b"\n".join(LINES),
        "logs/run-2/job-2.1.log": b"output\n" * 50,
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return path


def refused(path: Path) -> str:
    with pytest.raises(StoreError) as told, exported(path):
        pass
    text = str(told.value)
    assert "\n" not in text
    assert text.startswith(str(path))
    return text.removeprefix(f"{path} ")


def test_an_export_is_what_was_written(tmp_path: Path) -> None:
    with exported(bundle(tmp_path / "out")) as content:
        assert list(content.events) == EVENTS
        assert content.manifest.space == "Kraken"


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    text, zipped, other = (tmp_path / name for name in ("text", "zipped", "other"))
    text.write_text("PKunzip?")
    assert refused(text) == "is no export of octotui: `octotui export` makes them"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a", "b")
    assert refused(zipped) == "is no export of octotui: it has no manifest.json"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("manifest.json", '{"name": "an extension of a browser"}')
    assert refused(other) == "is no export of octotui: its manifest.json says something else"
    assert "No such file" in refused(tmp_path / "nowhere")
    assert "Is a directory" in refused(tmp_path)


def test_one_of_a_newer_format_is_told(tmp_path: Path) -> None:
    newer = bundle(tmp_path / "out", {"manifest.json": b'{"octotui_export": 99, "runs": {}}'})
    assert refused(newer) == f"was exported by a newer octotui (format 99, this one knows {FORMAT}): update"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"../../outside": b""}, "holds ../../outside, which leads outside of it"),
        ({"/etc/outside": b""}, "holds /etc/outside, which leads outside of it"),
        ({"logs/../../x": b""}, "which leads outside of it"),
        ({"events.jsonl": b""}, "is damaged: it holds 0 of"),
        ({"events.jsonl": b"\n".join(LINES[:-1])}, "is damaged: it holds"),
        (
            {"events.jsonl": b'{"type": "Unheard"}'},
            "holds an event that this octotui does not know, 'Unheard': update",
        ),
        ({"events.jsonl": b'{"type": "RunStarted"}'}, "is damaged: its event 1 can't be read"),
        ({"events.jsonl": b"\n".join([LINES[0], b"[" * 100_000])}, "is damaged: its event 2 can't be read"),
        ({"events.jsonl": b"\xff\xfe"}, "is damaged: its event 1 can't be read"),
        ({"events.jsonl": LINES[0].replace(b'"at":1000000.0', b'"at":1e300')}, "its event 1 can't be read"),
    ],
)
def test_what_is_dangerous_or_damaged_is_told(tmp_path: Path, more: dict[str, bytes], told: str) -> None:
    assert told in refused(bundle(tmp_path / "out", more))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out"]


def test_a_zip_bomb_is_refused_before_it_goes_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "PACKAGE", Limits(small=100_000))
    bomb = bundle(tmp_path / "out", {"logs/run-1/job.log": b"\0" * 10_000_000})
    assert "would unpack to" in refused(bomb)


def test_a_link_in_it_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path / "out")
    link = zipfile.ZipInfo("logs/run-1/job.log")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "which is a link" in refused(path)


def test_one_that_is_cut_anywhere_is_told(tmp_path: Path) -> None:
    whole = bundle(tmp_path / "out").read_bytes()
    cut = tmp_path / "cut"
    for length in (*range(0, len(whole), max(1, len(whole) // 150)), len(whole) - 1):
        cut.write_bytes(whole[:length])
        assert refused(cut)


def test_one_with_random_damage_is_told_or_harmless(tmp_path: Path) -> None:
    whole = bundle(tmp_path / "out").read_bytes()
    damaged = tmp_path / "damaged"
    chance = random.Random(4)
    harmless = 0
    for _ in range(300):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4, 40))):
            body[chance.randrange(len(body))] = chance.randrange(256)
        damaged.write_bytes(body)
        with suppress(StoreError), exported(damaged) as content:
            assert list(content.events) == EVENTS
            harmless += 1
    assert harmless < 100


@pytest.mark.parametrize(
    "bad", ["../../content/evil", "run-1/../../x", "/etc", "..", "", "run-1\\x", "r" * 101]
)
@pytest.mark.parametrize("field", ["run", "job"])
def test_p4_ids_that_lead_out_of_the_folder_are_refused(tmp_path: Path, bad: str, field: str) -> None:
    """P4: logs and kept files are found by them, and what is shown of a log is written by them."""
    lines = [msgspec.json.decode(each) for each in LINES]
    number = next(number for number, each in enumerate(lines, 1) if field in each)
    lines[number - 1][field] = bad
    body = b"\n".join(msgspec.json.encode(each) for each in lines)
    told = refused(bundle(tmp_path / "out", {"events.jsonl": body}))
    assert told == f"is damaged: its event {number} can't be read; export the run again"


def test_r9_a_pipe_is_no_export_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="pipe is no file"), exported(tmp_path / "pipe"):
        pass
