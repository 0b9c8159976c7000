"""V7: what is read of an ended attempt; the contract is in `conformance`."""

from pathlib import Path

import pytest

from octotui.store.artifacts import ArtifactError
from octotui.workers.local.supervisors.workspaces import FILES
from octotui.workers.local.workspace_files import LocalWorkspaceFiles


async def test_r6_a_source_is_bounded_and_closed(tmp_path: Path) -> None:
    """R6: one that is too large is refused before it is read."""
    (tmp_path / "large").write_bytes(bytes(3 << 20))
    before = len([*Path("/dev/fd").iterdir()])
    content = LocalWorkspaceFiles(str(tmp_path)).get("large", 3 << 20)
    assert len(await anext(content)) == 1 << 20
    await content.aclose()
    with pytest.raises(ArtifactError, match="it is larger than 2 MiB"):
        await anext(LocalWorkspaceFiles(str(tmp_path)).get("large", 2 << 20))
    assert len([*Path("/dev/fd").iterdir()]) == before


async def test_our_own_files_are_not_saved(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for name in (*FILES, "result"):
        (work / name).touch()
    assert await LocalWorkspaceFiles(str(work)).save(tmp_path / "saved") is None
    assert [each.name for each in (tmp_path / "saved").iterdir()] == ["result"]
