"""R6: a path that a hostile script names leads nowhere but below its folder."""

from pathlib import Path

import pytest

from octotui.workers.agent.relay.confined_paths import OUTSIDE, confined


@pytest.mark.parametrize(
    ("path", "below", "found"),
    [
        ("w/a", "w", ("/s/job/w", "a")),
        ("/s/job/w/a/./b/../c", "w", ("/s/job/w", "a/c")),
        ("/data/a", "/data/", ("/data", "a")),
        ("/data/a", "/", ("/", "data/a")),
    ],
)
def test_r6_a_path_below_a_folder(path: str, below: str, found: tuple[str, str]) -> None:
    assert confined("/s/job", path, below) == found


@pytest.mark.parametrize(
    "path", ["", "w", "a", "../w/a", "/etc/passwd", "w/../a", "/s/job/wide", "/s/job/w/.."]
)
def test_r6_any_other_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=OUTSIDE):
        confined("/s/job", path, "w")


def test_r6_a_workspace_may_be_named_by_a_link(tmp_path: Path) -> None:
    """As where the home of an account is one."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    named = confined(str(tmp_path / "link"), str(tmp_path / "real" / "w" / "a"), "w")
    assert named == (str(tmp_path / "real" / "w"), "a")
