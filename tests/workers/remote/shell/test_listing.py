import hashlib

import pytest

from octotui.workers.machine import FileEntry
from octotui.workers.remote.shell.listing import ListedEntry, file_entry, listed, sums

A, B = (hashlib.sha256(each).hexdigest() for each in (b"a", b"b"))


@pytest.mark.parametrize(("part", "entry"), [
    (b"81a4 3 ./f\n", ListedEntry("f", 0o100644, 3)),
    (b"41c0 4096 .\n", ListedEntry("", 0o40700, 4096)),
    (b"81a4 0 ./a 1 b\n\n\n", ListedEntry("a 1 b\n\n", 0o100644, 0)),
    (b"81a4 0 ./\xff\n", ListedEntry("\udcff", 0o100644, 0)),
    (b"stat: what\n", None),
    (b"100000000000000000 3 ./f\n", None),
    (b"-1 3 ./f\n", None),
    (b"81a4 -3 ./f\n", None),
    (b"81a4 9223372036854775808 ./f\n", None),
    (b"", None),
])  # fmt: skip
def test_entries_are_read(part: bytes, entry: ListedEntry | None) -> None:
    assert listed(part) == entry


def test_kinds_are_those_of_the_contract() -> None:
    modes = {0o100600: "file", 0o40700: "folder", 0o120777: "link", 0o10600: "other", 0o140600: "other"}
    for mode, kind in modes.items():
        found = file_entry("in", ListedEntry("x", mode, 7))
        assert found == FileEntry("in/x", kind, 7 if kind == "file" else 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("lines", [
    f"{A}  ./x\n{B}  ./with\nline\n",
    f"{A}  ./x\n\\{B}  ./with\\nline\n",
    f"{A} *./x\n{B} *./with\nline\n",
    f"{B}  ./with\nline\n{B}  ./other\n{A}  ./x\n",
])  # fmt: skip
def test_sums_are_read_as_each_tool_writes_them(lines: str) -> None:
    assert sums(lines.encode(), ["x", "with\nline"]) == {"x": A, "with\nline": B}


def test_a_name_that_pretends_to_be_a_sum_gives_no_file_two() -> None:
    lines = f"{A}  ./x\n{B}  ./evil\n{B}  ./x\n"
    assert "x" not in sums(lines.encode(), ["x"])
