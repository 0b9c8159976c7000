"""`octotui restore`: a space of a backup."""

import json
from pathlib import Path

from tests.cli.conftest import OK, Call
from tests.cli.verbs.test_leases import MODEL, UP, pods

__all__ = ["pods"]


def test_a_space_goes_on_where_its_backup_was_made(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    model, copy, new = write(OK), tmp_path / "copy.tar.gz", tmp_path / "new"
    octotui("run", model, "ok", "--state", state)
    octotui("backup", model, copy, "--state", state)
    said = octotui("restore", copy, "--state", new)
    assert (said.code, said.out) == (0, f"the space small is restored in {new / 'small'}\n")
    assert "run-2" in octotui("run", model, "ok", "--state", new).out
    said = octotui("restore", copy, "--state", new)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"octotui: {new / 'small'} is there already: choose another name\n"
    told = json.loads(octotui("restore", copy, "--json", "--state", tmp_path / "newer").out)
    assert told == {"space": "small", "path": str(tmp_path / "newer" / "small"), "forgotten_machines": 0}


def test_w12_a_restored_space_leaves_the_machines_of_the_original_alone(
    octotui: Call, write: Call, state: Path, tmp_path: Path, servers_end: None, pods: None
) -> None:
    model, copy, new = write(MODEL), tmp_path / "copy.tar.gz", tmp_path / "new"
    up = Path(model).parent / "up.sh"
    up.write_text(UP)
    up.chmod(0o755)
    assert octotui("run", model, "ok", "--state", state).code == 0
    octotui("backup", model, copy, "--state", state)
    said = octotui("restore", copy, "--state", new)
    assert said.code == 0
    assert "left to the space of the backup: 1 machine of dynamic pools" in said.out
    assert octotui("leases", "list", model, "--state", new).out.startswith("no leases")
    assert "lease-1" in octotui("leases", "list", model, "--state", state).out
    assert octotui("run", model, "ok", "--state", new).code == 0
    assert "lease-2" in octotui("leases", "list", model, "--state", new).out


def test_what_is_no_backup_is_told(octotui: Call, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no backup")
    said = octotui("restore", tmp_path / "text", "--state", tmp_path / "new")
    assert said.code == 2
    assert "text is no backup of octotui" in said.err
