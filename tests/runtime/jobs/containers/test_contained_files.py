"""S8, V7: the files of a script in a container, by the paths that they have there."""

from pathlib import Path

import pytest

from octotui.model.complaints import Reason
from octotui.runtime.jobs.containers.contained_files import ContainedFiles, files_of
from octotui.workers.machine import Chunks
from tests.world import script


class Asked:
    """Files that say what they are asked for."""

    async def get(self, path: str, largest: int, below: str = "") -> Chunks:
        yield f"{path} below {below}".encode()

    async def save(self, folder: Path) -> Reason | None:
        return "saved"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("report", "workspace/report below workspace"),
        ("/w/workspace/report", "/w/workspace/report below workspace"),
        ("/etc/passwd", "/etc/passwd below workspace"),
        ("/data/a/b", "/srv/data/a/b below /srv/data/"),
        ("/data/more/b", "/srv/more/b below /srv/more"),
        ("/data/../../etc/passwd", "/srv/data/../../etc/passwd below /srv/data/"),
        ("/volume/a", "/volume/a below workspace"),
        ("/all/etc/a", "/etc/a below /"),
    ],
)
async def test_v7_a_path_is_that_of_a_mount_or_of_the_workspace(path: str, asked: str) -> None:
    mounts = ("/srv/data/:/data/:ro", "/srv/more:/data/more", "named:/volume", "/:/all")
    files = ContainedFiles(Asked(), mounts)
    assert [each async for each in files.get(path, 1)] == [asked.encode()]
    assert await files.save(Path("x")) == "saved"


def test_v7_a_script_outside_has_its_files_as_they_are() -> None:
    asked = Asked()
    assert files_of(script("A"), asked) is asked
    assert files_of(None, asked) is asked
