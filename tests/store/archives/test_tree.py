"""P4: an archive is judged as a whole, whatever the order of its entries."""

import random
from itertools import permutations
from pathlib import Path

import pytest

from octotui.store.archives import tree as trees
from octotui.store.archives.entries import ArchiveError, Entry, Limits
from octotui.store.archives.tree import Tree


def file(name: str, size: int = 0) -> Entry:
    return Entry(name, "file", size=size)


def link(name: str, target: str) -> Entry:
    return Entry(name, "symbolic link", link=target)


def tree(*entries: Entry, limits: Limits | None = None) -> Tree:
    made = Tree(1, limits or Limits())
    for entry in entries:
        made.add(entry)
    made.check()
    return made


def verdict(entries: tuple[Entry, ...]) -> str:
    try:
        tree(*entries)
    except ArchiveError:
        return "refused"
    return "taken"


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ((file("dir/x"), link("up", "dir/.."), link("away", "up/../x")), "refused"),
        ((file("dir/x"), link("up", "dir/.."), link("in", "up/dir/x")), "taken"),
        ((file("a/b/c"), link("l", "a/b"), link("m", "l/../../a")), "taken"),
        ((file("a/b/c"), link("l", "a/b"), link("m", "l/../../../a")), "refused"),
        ((link("x", "y"), file("x/z"), file("y/z")), "refused"),
        ((Entry("h", "hard link", link="f"), file("f"), link("s", "h")), "taken"),
        ((Entry("h", "hard link", link="s"), file("f"), link("s", "f")), "refused"),
        ((link("D", "."), link("away", "d/../x"), file("y")), "refused"),
    ],
)
def test_p4_the_order_of_entries_does_not_matter(entries: tuple[Entry, ...], wanted: str) -> None:
    assert {verdict(each) for each in permutations(entries)} == {wanted}


def test_p4_links_are_resolved_as_the_system_does(tmp_path: Path) -> None:
    """P4: of many small trees made by chance, none is taken of which the system finds a link outside."""
    chance = random.Random(7)
    taken = refused = 0
    for number in range(1500):
        entries = [made(chance) for _ in range(chance.randrange(2, 7))]
        root = tmp_path / f"{number}" / "in" / "root"
        root.mkdir(parents=True)
        try:
            judged = tree(*entries)
        except ArchiveError:
            refused += 1
            continue
        taken += 1
        for path, _ in sorted(judged.of_kind("folder")):
            (root / path).mkdir()
        for path, _ in judged.of_kind("file"):
            (root / path).touch()
        for path, entry in judged.of_kind("symbolic link"):
            (root / path).symlink_to(entry.link)
        for path, _ in judged.of_kind("symbolic link"):
            assert (root / path).resolve().is_relative_to(root.resolve()), entries
    assert taken > 100
    assert refused > 100


def made(chance: random.Random) -> Entry:
    name = "/".join(chance.choices("abc", k=chance.randrange(1, 3)))
    if chance.random() < 0.4:
        return file(f"{name}/f")
    return link(name, "/".join(chance.choices(["a", "b", "c", "..", "."], k=chance.randrange(1, 5))))


def test_p4_folders_that_nobody_names_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """P4: a few entries could make a folder for each of their parts."""
    with pytest.raises(ArchiveError, match="would unpack to 12 files"):
        tree(*(file(f"{n}/a/b/c") for n in range(3)), limits=Limits(entries=10))
    with pytest.raises(ArchiveError, match="would unpack to 11 files"):
        tree(*(file("a") for n in range(11)), limits=Limits(entries=10))
    with pytest.raises(ArchiveError, match="and 120 bytes"):
        tree(Entry("a", "file", size=10, headers=50), file("b", 60), limits=Limits(size=100))


def test_p4_looking_at_links_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "STEPS", 1000)
    with pytest.raises(ArchiveError, match="holds more links than can be looked at"):
        tree(*(link(f"{n}", "./" * 100 + "x") for n in range(20)))


def test_p4_links_that_share_a_way_are_looked_at_once() -> None:
    """P4: else ten links that each go twice by the next one would take 2 ** 10 steps, and thirty for ever."""
    tree(*(link(f"l{n}", f"l{n + 1}/../l{n + 1}" if n < 29 else "dir") for n in range(30)), file("dir/x"))
