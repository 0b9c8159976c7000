from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.workers.agent.relay.packages import PACKAGES
from tests.workers.agent.relay.calling import answered
from tests.workers.agent.relay.test_packages import install, manifest, package


@pytest.mark.parametrize(
    ("damage", "change"),
    [
        (lambda at: (at / "bin" / "tool").write_text("evil"), "bin/tool"),
        (lambda at: (at / "bin" / "tool").write_text("longer"), "bin/tool"),
        (lambda at: (at / "bin" / "tool").chmod(0o700), "bin/tool"),
        (lambda at: (at / "bin" / "tool").unlink(), "bin/tool"),
        (lambda at: (at / "new").touch(), "new"),
        (lambda at: ((at / "it").unlink(), (at / "it").symlink_to("/etc")), "it"),
        (lambda at: (at / "bin").chmod(0o700), "bin"),
        (lambda at: None, ""),
    ],
)
def test_p4_any_difference_is_found(tmp_path: Path, damage: Callable[[Path], object], change: str) -> None:
    install(tmp_path)
    damage(tmp_path / "packages" / "tools" / "1.0")
    assert answered(PACKAGES["change"], package(tmp_path), manifest()).last["change"] == change


def test_p4_a_copy_is_what_the_manifest_says_or_not_there(tmp_path: Path) -> None:
    install(tmp_path)
    answered(PACKAGES["copy"], package(tmp_path, target="extracted/one/tools"), manifest())
    copied = tmp_path / "extracted" / "one" / "tools"
    assert (copied / "bin" / "tool").read_bytes() == b"good"
    assert (copied / "it").readlink() == Path("bin/tool")
    assert not (copied / "bin" / "tool").samefile(tmp_path / "packages" / "tools" / "1.0" / "bin" / "tool")
    (tmp_path / "packages" / "tools" / "1.0" / "bin" / "tool").write_text("evil")
    said = answered(PACKAGES["copy"], package(tmp_path, target="extracted/two"), manifest())
    assert (said.last["problem"], said.last["why"]) == ("changed", "bin/tool")
    assert not (tmp_path / "extracted" / "two").exists()
    assert answered(PACKAGES["change"], package(tmp_path, "9.9"), manifest()).last["change"] is None


def test_a_link_in_the_cache_leads_nobody_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "tool").write_bytes(b"good")
    install(tmp_path)
    there = tmp_path / "packages" / "tools" / "1.0"
    (there / "bin" / "tool").unlink()
    (there / "bin").rmdir()
    (there / "bin").symlink_to(outside)
    assert answered(PACKAGES["change"], package(tmp_path), manifest()).last["change"]
    said = answered(PACKAGES["copy"], package(tmp_path, target="extracted/one"), manifest())
    assert "problem" in said.last
