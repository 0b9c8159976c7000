from pathlib import Path

from octotui.workers.agent.relay.latest import NAME, read_latest, write_latest


def test_the_latest_relay_is_that_of_this_boot(tmp_path: Path) -> None:
    assert read_latest(str(tmp_path), "boot-1") == 0.0
    (tmp_path / f"{NAME}.new").touch()  # a crash has left it
    write_latest(str(tmp_path), "boot-1", 12.5)
    assert read_latest(str(tmp_path), "boot-1") == 12.5
    assert read_latest(str(tmp_path), "boot-2") == 0.0
    (tmp_path / NAME).write_text("boot-1 soon")
    assert read_latest(str(tmp_path), "boot-1") == 0.0
    write_latest(str(tmp_path / "gone"), "boot-1", 1.0)
