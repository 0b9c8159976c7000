import hashlib

import pytest

from octotui.store.packages.manifest import FileRecord, PackageManifest
from octotui.workers.remote.shell.comparison import difference, shape_difference, surveyed

SUM = hashlib.sha256(b"a").hexdigest()
MANIFEST = PackageManifest({"": 0o700, "bin": 0o755}, {"bin/a": FileRecord(0o644, 1, SUM)}, {"l": "bin"})
PARTS = [
    *(b"41c0 4096 .\n", b"41ed 4096 ./bin\n", b"81a4 1 ./bin/a\n", b"a1ff 3 ./l\n"),
    *(b"sums " + f"{SUM}  ./bin/a\n".encode(), b"links", b"bin\n"),
]


def test_p4_a_package_that_is_as_it_was() -> None:
    found = surveyed(PARTS)
    assert found is not None
    assert (difference(MANIFEST, found), shape_difference(MANIFEST, found)) == ("", "")
    assert surveyed([]) is None


@pytest.mark.parametrize(("place", "part", "path"), [
    (0, b"41ff 4096 .\n", "its folder"),
    (1, b"81ed 4096 ./bin\n", "bin"),
    (2, b"81ed 1 ./bin/a\n", "bin/a"),
    (2, b"81a4 2 ./bin/a\n", "bin/a"),
    (2, b"81a4 1 ./bin/b\n", "bin/a"),
    (3, b"81ff 3 ./l\n", "l"),
    (4, b"sums " + f"{'0' * 64}  ./bin/a\n".encode(), "bin/a"),
    (4, b"sums ", "bin/a"),
    (6, b"sbin\n", "l"),
])  # fmt: skip
def test_p4_a_change_is_named(place: int, part: bytes, path: str) -> None:
    found = surveyed([*PARTS[:place], part, *PARTS[place + 1 :]])
    assert found is not None
    assert difference(MANIFEST, found) == path
    assert shape_difference(MANIFEST, found) == (path if place < 4 else "")
