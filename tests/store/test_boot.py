import pytest

from octotui.store import boot
from octotui.store.boot import boot_id


def test_the_boot_has_a_name_where_the_system_says_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert boot_id()
    assert boot_id() == boot_id()
    monkeypatch.setattr(boot.os, "uname", lambda: type("Uname", (), {"sysname": "Darwin"}))
    monkeypatch.setenv("PATH", "")
    assert boot_id() == ""
