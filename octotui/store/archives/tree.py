"""The tree that an archive would write, validated as a whole: unique paths, links that stay inside."""

from collections.abc import Callable, Iterator

from octotui.store.archives.entries import ArchiveError, Entry, Kind, Limits, shown
from octotui.store.archives.names import check_target, folded, normalized, parts_of

FOLLOWED = 40  # chained links; the kernel's own limit
STEPS = 2_000_000  # path components of all links together, which bounds the time

_FOLDER = Entry("", "folder")


class Tree:
    """The files, folders and links of an archive by path, in the archive's order.

    It depends neither on the order of entries nor on the disk. Paths keep their spelling, and are compared as
    any file system might compare them.
    """

    def __init__(self, archive_size: int, limits: Limits) -> None:
        self._limits = limits
        self._largest = limits.largest(archive_size)
        self._entries: dict[str, Entry] = {}
        self._by_normal: dict[str, str] = {}
        self._by_folded: dict[str, str] = {}
        self._added = 0
        self._steps = 0
        self.size = 0
        self.twins: tuple[str, str] | None = None

    def add(self, entry: Entry) -> None:
        """Add an entry, whose path must be inside and unique; raises ArchiveError."""
        self._added += 1
        self.size += entry.size + entry.headers
        self._check_size()
        parts = parts_of(entry.name)
        if not parts:
            if entry.kind != "folder":
                raise ArchiveError(f"holds {shown(entry.name)}, which is no name of a file")
            return
        self._add_folders(entry.name, parts)
        path = "/".join(parts)
        if entry.kind == "symbolic link":
            check_target(entry.name, entry.link)
        self._put(path, entry)
        self._check_size()

    def check(self) -> None:
        """Check all links and case conflicts once all entries are added; raises ArchiveError."""
        self._find_twins()
        systems = [
            _Links(self._entries, find, self._count) for find in (str, self._normal, self._without_case)
        ]
        for path, _ in self.of_kind("symbolic link"):
            for links in systems:
                links.resolve(path)
        for _, entry in self.of_kind("hard link"):
            self.linked(entry)

    def of_kind(self, kind: Kind) -> Iterator[tuple[str, Entry]]:
        """Return the paths and entries of one kind."""
        return ((path, entry) for path, entry in self._entries.items() if entry.kind == kind)

    def linked(self, entry: Entry) -> str:
        """Return the path of a hard link's file; raises ArchiveError without one."""
        path = "/".join(parts_of(entry.link))
        if self._entries.get(path, _FOLDER).kind != "file":
            raise ArchiveError(f"holds {shown(entry.name)}, a hard link to what is no file in it")
        return path

    def refuse_twins(self) -> None:
        """Refuse paths that are equal where case is ignored; raises ArchiveError."""
        if self.twins is not None:
            one, other = map(shown, self.twins)
            raise ArchiveError(f"holds both {one} and {other}, which are the same file on this machine")

    def _check_size(self) -> None:
        held = max(self._added, len(self._entries))
        if self.size > self._largest or held > self._limits.entries:
            raise ArchiveError(
                f"would unpack to {held:,} files and {self.size:,} bytes or more, which is refused"
            )

    def _add_folders(self, name: str, parts: tuple[str, ...]) -> None:
        """Add the parent folders of an entry, from the nearest to the first that is known."""
        for depth in range(len(parts) - 1, 0, -1):
            path = "/".join(parts[:depth])
            there = self._entries.get(path)
            if there is None:
                self._entries[path] = _FOLDER
            elif there.kind == "folder":
                return
            else:
                what = "a file" if there.kind == "file" else "a link"
                raise ArchiveError(f"holds {shown(name)}, which lies behind {what}")

    def _put(self, path: str, entry: Entry) -> None:
        """Add an entry; of a file that occurs twice the last one counts, as in an appended tar."""
        there = self._entries.get(path)
        if there is not None and not there.kind == entry.kind in ("file", "folder"):
            raise ArchiveError(f"holds {shown(path)} twice, as a {there.kind} and as a {entry.kind}")
        self._entries.pop(path, None)
        self._entries[path] = entry

    def _find_twins(self) -> None:
        """Note paths that differ in case alone; refuse links among them."""
        for path, entry in self._entries.items():
            other = self._by_normal.setdefault(normalized(path), path)
            if other != path:
                raise ArchiveError(
                    f"holds {shown(path)} in two spellings, which are one file on some machines"
                )
            other = self._by_folded.setdefault(_folded(path), path)
            if other != path:
                self.twins = self.twins or (other, path)
                if not {entry.kind, self._entries[other].kind} <= {"file", "folder"}:
                    self.refuse_twins()

    def _normal(self, path: str) -> str:
        return self._by_normal.get(normalized(path), path)

    def _without_case(self, path: str) -> str:
        return self._by_folded.get(_folded(path), path)

    def _count(self) -> None:
        self._steps += 1
        if self._steps > STEPS:
            raise ArchiveError("holds more links than can be looked at, which is refused")


class _Links:
    """The symbolic links of a tree, resolved as by a file system that finds entries with `find`."""

    def __init__(
        self, entries: dict[str, Entry], find: Callable[[str], str], count: Callable[[], None]
    ) -> None:
        self._entries, self._find, self._count = entries, find, count
        self._resolved: dict[str, tuple[str, ...]] = {}

    def resolve(self, path: str, depth: int = 1) -> tuple[str, ...]:
        """Return the final target of a link; raises ArchiveError where any step leads outside."""
        if path in self._resolved:
            return self._resolved[path]
        entry = self._entries[path]
        if depth > FOLLOWED:
            raise ArchiveError(f"holds {shown(path)}, a link that leads round in circles")
        at = list(path.split("/")[:-1])
        for part in entry.link.split("/"):
            self._count()
            if part == "..":
                if not at:
                    raise ArchiveError(f"holds {shown(path)}, a link that leads outside of it")
                at.pop()
            elif part not in ("", "."):
                at.append(part)
                there = self._find("/".join(at))
                if self._entries.get(there, _FOLDER).kind == "symbolic link":
                    at = list(self.resolve(there, depth + 1))
        return self._resolved.setdefault(path, tuple(at))


def _folded(path: str) -> str:
    return "/".join(map(folded, path.split("/")))
