import subprocess
import sys
from pathlib import Path

import pytest

from octotui.model.space import Channel, Feed
from octotui.store.packages.feeds import FeedError, PackageFile, catalogue
from octotui.store.packages.feeds import choose as choose_of


def choose(
    feeds: list[Feed], package: str, version: str | None, channel: Channel | None = None
) -> PackageFile:
    return choose_of(catalogue(feeds), package, version, channel)


def feed(directory: Path, *names: str, rate: int | None = None) -> Feed:
    directory.mkdir(exist_ok=True)
    for name in names:
        (directory / name).touch()
    return Feed(directory=str(directory), rate=rate)


def test_the_highest_version_is_chosen(tmp_path: Path) -> None:
    """P1: the highest version that fits, of all feeds."""
    near = feed(tmp_path / "near", "tools.1.9.0.zip", "tools.1.10.0-beta.zip", "tools-extra.9.0.0.zip")
    far = feed(tmp_path / "far", "tools.1.10.0.tar.gz", "tools.1.2.0.tgz", rate=65536)
    found = choose([near, far], "tools", None)
    assert (found.version, Path(found.source), found.feed.rate) == (
        "1.10.0",
        tmp_path / "far" / "tools.1.10.0.tar.gz",
        65536,
    )


def test_exactly_the_version_asked_for_is_chosen(tmp_path: Path) -> None:
    here = feed(tmp_path, "tools.1.2.0.zip", "tools.1.10.0.zip")
    assert choose([here], "tools", "1.2.0").version == "1.2.0"
    with pytest.raises(FeedError, match=r"^no feed holds tools 2\.0; there is 1\.2\.0, 1\.10\.0$"):
        choose([here], "tools", "2.0")


def test_a_channel_narrows_the_choice(tmp_path: Path) -> None:
    """P1: a channel's range, and the pattern of its tags."""
    here = feed(tmp_path, "tools.1.2.0.zip", "tools.2.0.0.zip", "tools.2.1.0-beta.zip")
    old = Channel(name="Old", versions={"tools": "[1.0,2.0)"})
    assert choose([here], "tools", None, old).version == "1.2.0"
    assert choose([here], "tools", None, Channel(name="Beta", tag="^beta")).version == "2.1.0-beta"
    with pytest.raises(
        FeedError, match=r"^no feed holds tools 2\.0\.0; there is .*, and the channel Old takes"
    ):
        choose([here], "tools", "2.0.0", old)


def test_an_unknown_package_names_the_nearest(tmp_path: Path) -> None:
    here = feed(tmp_path, "worker-image.2.1.0.zip")
    with pytest.raises(
        FeedError, match=r'^no feed holds the package worker-imag; did you mean "worker-image"\?'
    ):
        choose([here], "worker-imag", None)
    with pytest.raises(FeedError, match=r"^no feed holds the package tools, nor any other$"):
        choose([], "tools", None)


def test_a_feed_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="nowhere cannot be read: No such file or directory"):
        choose([Feed(directory=str(tmp_path / "nowhere"))], "tools", None)


def test_ids_may_hold_dots_and_digits(tmp_path: Path) -> None:
    names = (
        "My.Tool.1.2.3.4.zip",
        "x86_64-image.1.0.zip",
        "README.md",
        "tools.1.0.0.zip.sha256",
        "notes.zip",
    )
    found = {(each.id, each.version) for each in catalogue([feed(tmp_path, *names)])}
    assert found == {("My.Tool", "1.2.3.4"), ("x86_64-image", "1.0")}


def test_p1_the_highest_that_fits_a_range_and_releases_before_anything_else(tmp_path: Path) -> None:
    here = feed(tmp_path, "tools.1.2.0.zip", "tools.1.10.0.nupkg", "tools.2.0.0.zip", "tools.3.0.0-rc.1.zip")
    assert choose([here], "tools", "[1.0,2.0)").name == "tools.1.10.0.nupkg"
    assert choose([here], "tools", None).version == "2.0.0"
    assert choose([here], "tools", "*-*").version == "3.0.0-rc.1"


def test_p1_where_there_are_pre_releases_alone_that_is_said(tmp_path: Path) -> None:
    said = r"a release of tools; there is 1\.0\.0-a, 1\.0\.0-b: ask for tools@1\.0\.0-b, or tools@\*-\*$"
    with pytest.raises(FeedError, match=said):
        choose([feed(tmp_path, "tools.1.0.0-b.zip", "tools.1.0.0-a.zip")], "tools", None)


def test_nobody_loads_a_client_who_asks_no_server() -> None:
    script = "import sys, octotui.runtime.open_space; raise SystemExit('urllib3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_r9_a_feed_where_everybody_can_put_packages_is_not_used(tmp_path: Path) -> None:
    here = feed(tmp_path / "feed", "tools.1.2.0.zip")
    (tmp_path / "feed").chmod(0o777)
    sentence = f"^the feed {tmp_path}/feed is not used: everybody can write to {tmp_path}/feed: chmod o-w "
    with pytest.raises(FeedError, match=sentence):
        choose([here], "tools", None)
    (tmp_path / "feed").chmod(0o1777)
    with pytest.raises(FeedError, match=f"everybody can put files into {tmp_path}/feed"):
        choose([here], "tools", None)
    (tmp_path / "feed").chmod(0o755)
    assert choose([here], "tools", None).version == "1.2.0"
