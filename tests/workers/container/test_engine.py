"""Which container engine is used."""

from pathlib import Path

import pytest

from octotui.workers.container.engine import engine


def test_podman_is_preferred_and_docker_taken_where_it_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine() is None
    for name in ("docker", "podman"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        assert engine() == str(tmp_path / name)


def test_r9_one_that_everybody_could_have_put_there_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open/podman", "closed/docker", "closed/podman"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'open'}:{tmp_path / 'closed'}:.")
    assert engine() == str(tmp_path / "open" / "podman")
    (tmp_path / "open").chmod(0o777)
    assert engine() == str(tmp_path / "closed" / "podman")
    (tmp_path / "closed" / "podman").chmod(0o777)
    assert engine() == str(tmp_path / "closed" / "docker")
    (tmp_path / "closed").chmod(0o777)
    assert engine() is None
