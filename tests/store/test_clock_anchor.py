"""R7: what the clocks said when a space was last looked after."""

from pathlib import Path

import pytest

from octotui.store import clock_anchor
from octotui.store.clock_anchor import Anchor, boot_id, keep_anchor, read_anchor


def test_r7_an_anchor_counts_until_the_machine_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_anchor(tmp_path, 1000.5, 12.25)
    kept = read_anchor(tmp_path)
    assert kept is not None
    assert (kept.wall, kept.steady) == (1000.5, 12.25)
    assert (tmp_path / "clock.json").stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(clock_anchor, "boot_id", lambda: "another boot")
    assert read_anchor(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"{}", b'{"wall": "x"}', b"\xff", b'{"wall":1,"steady":2}'])
def test_r7_what_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clock.json").write_bytes(content)
    assert read_anchor(tmp_path) is None
    keep_anchor(tmp_path / "none", 1.0, 2.0)
    assert Anchor(1.0, 2.0).boot == ""


def test_the_boot_has_a_name_where_the_system_says_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert boot_id()
    assert boot_id() == boot_id()
    monkeypatch.setattr(clock_anchor.os, "uname", lambda: type("Uname", (), {"sysname": "Darwin"}))
    monkeypatch.setenv("PATH", "")
    assert boot_id() == ""
