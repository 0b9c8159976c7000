"""P2: what of a package is sent; see also test_package_store.py."""

import os
from pathlib import Path

from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory
from octotui.store.packages.manifest import survey
from octotui.workers.remote.shell.comparison import difference, surveyed
from octotui.workers.remote.shell.files import ShellFiles
from octotui.workers.remote.shell.reached import ShellDirectory
from octotui.workers.remote.shell.sending import send_package
from tests.workers.local_transport import LocalTransport


async def test_p2_what_is_wrong_goes_and_what_is_right_stays(way: LocalTransport, tmp_path: Path) -> None:
    content, there = tmp_path / "content", tmp_path / "worker1" / "in"
    for folder, body in ((content, "right"), (there, "wrong")):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "same").write_text("same")
        (folder / "sub" / "other").write_text(body)
        (folder / "sub" / "same").chmod(0o640)
    (there / "sub" / "more").mkdir()
    (there / "link").symlink_to("/etc")
    (there / "folder").symlink_to(tmp_path)
    (content / "link").symlink_to("sub")
    (content / "folder").mkdir(0o555)
    with Directory(content) as opened:
        manifest = survey(opened, Cancellation())
    same = (there / "sub" / "same").stat().st_ino
    directory = ShellDirectory(way, str(tmp_path / "worker1"))
    found = surveyed(await directory.calls.ask("packages", "survey", "in", "sums"))
    assert found is not None
    assert difference(manifest, found)
    await send_package(directory, ShellFiles(directory), "in", content, manifest, found)
    found = surveyed(await directory.calls.ask("packages", "survey", "in", "sums"))
    assert found is not None
    assert difference(manifest, found) == ""
    assert (there / "sub" / "same").stat().st_ino == same
    assert (there / "link").readlink() == Path("sub")
    assert os.listdir(there / "folder") == []  # noqa: PTH208
