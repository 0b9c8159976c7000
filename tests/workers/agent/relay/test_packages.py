import hashlib
import json
import os
from pathlib import Path
from typing import Any

from octotui.workers.agent.relay.packages import PACKAGES
from tests.workers.agent.relay.calling import Said, answered, call_of

BODY = b"good"


def manifest(path: str = "bin/tool", body: bytes = BODY) -> dict[str, Any]:
    files = {path: [0o755, len(body), hashlib.sha256(body).hexdigest()]}
    return {"folders": {"": 0o755, "bin": 0o755}, "files": files, "links": {"it": path}, "times": [10**18]}


def package(home: Path, version: str = "1.0", **more: Any) -> dict[str, Any]:
    return {"in": str(home), "package": "tools", "version": version, **more}


def install(home: Path, version: str = "1.0", data: bytes = BODY, **more: Any) -> Said:
    given = package(home, version, size=len(BODY), **{"reserve": 0, **more})
    return answered(PACKAGES["install"], given, manifest(), [data])


def held(home: Path) -> object:
    return json.loads(answered(PACKAGES["held"], package(home)).frames[-1][1])


def test_p2_a_package_is_there_with_all_of_its_files_or_not_at_all(tmp_path: Path) -> None:
    assert install(tmp_path, data=b"evil").last["why"] == "bin/tool was damaged on its way"
    assert held(tmp_path) == []
    said = install(tmp_path)
    assert json.loads(said.parts) == [["bin/tool", 0]]
    target = tmp_path / "packages" / "tools" / "1.0"
    assert (target / "it").read_bytes() == BODY
    assert (target / "bin" / "tool").stat().st_mode & 0o777 == 0o755
    assert (target / "bin" / "tool").stat().st_mtime_ns == 10**18
    assert held(tmp_path) == [["tools", "1.0"]]
    assert [each.name for each in (tmp_path / "packages").iterdir()] == ["tools"]


def test_p2_only_what_is_missing_is_sent_after_a_cut(tmp_path: Path) -> None:
    assert install(tmp_path, data=b"go").last["problem"] == "refused"
    assert json.loads(install(tmp_path, data=b"od").parts) == [["bin/tool", 2]]
    (tmp_path / "packages" / "tools" / "1.0").rename(tmp_path / "away")
    assert install(tmp_path, data=b"").last["problem"] == "refused"


def test_a_full_disk_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    said = install(tmp_path, reserve=1 << 60)
    assert said.last["problem"] == "full"
    assert said.last["why"].startswith("would unpack to 4 bytes, and the disk of ")
    assert said.parts == b""


def test_p2_a_package_is_locked_until_the_call_ends(tmp_path: Path) -> None:
    call, said = call_of(package(tmp_path))
    call.run(PACKAGES["lock"])
    assert said.frames[0][0] == {"held": True, "call": 1, "part": True}
    assert "done" in said.last
    assert list((tmp_path / "packages").iterdir()) == []


def test_p4_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    for number, version in enumerate(("1.0", "2.0", "3.0")):
        install(tmp_path, version)
        answered(PACKAGES["record_use"], package(tmp_path, version))
        note = tmp_path / "packages" / "tools" / f".{version}.size"
        os.utime(note, (number, number))
    size = answered(PACKAGES["usage"], package(tmp_path)).last["size"]
    said = answered(PACKAGES["evict"], package(tmp_path, limit=size - 1), [["tools", "1.0"]])
    assert json.loads(said.frames[-1][1]) == [["tools", "2.0"]]
    assert held(tmp_path) == [["tools", "1.0"], ["tools", "3.0"]]
    (tmp_path / "packages" / "tools" / ".1.0.size").write_text("many")
    assert answered(PACKAGES["usage"], package(tmp_path)).last["size"] < size


def test_no_name_of_a_package_leads_out(tmp_path: Path) -> None:
    for strange in ("..", "a/b", ""):
        given = {**package(tmp_path), "package": strange}
        for do in ("lock", "install", "change", "copy", "record_use"):
            assert "problem" in answered(PACKAGES[do], given, manifest()).last
    assert list(tmp_path.iterdir()) == []
