"""What `tests/workers/conformance.py` does not say of files over there."""

import hashlib
import json
from pathlib import Path

from octotui.workers.agent.relay.files import FILES
from tests.workers.agent.relay.calling import answered

DIGEST = hashlib.sha256(b"content").hexdigest()


def test_m1_a_transfer_is_resumed_and_replaces_a_file_at_once(tmp_path: Path) -> None:
    given = {"in": str(tmp_path), "path": "d/file", "sha256": DIGEST}
    cut = answered(FILES["put"], {**given, "offset": 0}, data=[b"cont"])
    assert cut.last["problem"] == "refused"
    assert answered(FILES["received"], given).last["size"] == 0  # what is damaged is not kept
    part = tmp_path / "d" / f".file.{DIGEST[:32]}.part"
    part.write_bytes(b"contXXX")
    assert answered(FILES["received"], given).last["size"] == 7
    assert "done" in answered(FILES["put"], {**given, "offset": 4}, data=[b"e", b"nt"]).last
    assert (tmp_path / "d" / "file").read_bytes() == b"content"
    assert not part.exists()
    assert answered(FILES["digest"], given).last["sha256"] == DIGEST


def test_a_list_has_a_limit(tmp_path: Path) -> None:
    for each in "abc":
        (tmp_path / each).write_text(each)
    given = {"in": str(tmp_path), "path": "x", "deep": True}
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "one").touch()
    (tmp_path / "x" / "two").touch()
    assert answered(FILES["list"], {**given, "most": 1}).last["why"] == "x holds more than 1 files"
    listed = json.loads(answered(FILES["list"], {**given, "most": 9}).parts)
    assert listed == [["x/one", "file", 0], ["x/two", "file", 0]]


def test_the_free_bytes_are_those_of_the_nearest_folder(tmp_path: Path) -> None:
    assert answered(FILES["free"], {"in": str(tmp_path / "not" / "there")}).last["size"] > 0
