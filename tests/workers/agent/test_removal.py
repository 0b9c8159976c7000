import time
from pathlib import Path

from octotui.workers.agent.removal import WorkspaceRemoval


def test_a_workspace_is_removed_at_once_or_in_a_thread(tmp_path: Path) -> None:
    removal, plain = WorkspaceRemoval(), tmp_path / "plain"
    full = [tmp_path / f"full{number}" for number in range(9)]
    plain.mkdir()
    (plain / "script").touch()
    assert removal.remove(str(plain))
    assert not plain.exists()
    assert not removal.is_busy
    for each in full:
        (each / "deep" / "er").mkdir(parents=True)
        assert not removal.remove(str(each))
    end = time.monotonic() + 10
    while removal.is_busy and time.monotonic() < end:
        time.sleep(0.005)
    assert not any(each.exists() for each in full)
    assert sorted(removal.gone()) == sorted(map(str, full))
    assert removal.gone() == []
