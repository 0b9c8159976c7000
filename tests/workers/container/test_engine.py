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
