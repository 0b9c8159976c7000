"""Comparison of a package on another machine with its manifest."""

import stat
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from octotui.store.packages.manifest import PackageManifest
from octotui.workers.remote.shell.listing import ListedEntry, listed, sums


class SurveyedFolder(NamedTuple):
    """What a folder holds by its paths, the SHA-256 of its files, and the targets of its links."""

    entries: dict[str, ListedEntry]
    sums: dict[str, str]
    targets: dict[str, str]


def surveyed(parts: Sequence[bytes]) -> SurveyedFolder | None:
    """Parse an answer of the verb `survey`; None where there is no such folder."""
    if not parts:
        return None
    links = parts.index(b"links") if b"links" in parts else len(parts)
    entries = [each for part in parts[:links] if (each := listed(part)) is not None]
    by_path = {each.path: each for each in entries}
    digests = next((part[5:] for part in parts[:links] if part.startswith(b"sums ")), b"")
    named = [each.path for each in entries if stat.S_ISLNK(each.mode)]
    targets = [part.removesuffix(b"\n").decode(errors="surrogateescape") for part in parts[links + 1 :]]
    files = [each.path for each in entries if stat.S_ISREG(each.mode)]
    return SurveyedFolder(by_path, sums(digests, files), dict(zip(named, targets, strict=False)))


def difference(manifest: PackageManifest, found: SurveyedFolder) -> str:
    """Return the path of the first difference in names, kinds, modes, sizes or contents; `""` for none."""
    return shape_difference(manifest, found) or next(
        chain(
            (path for path, record in manifest.files.items() if found.sums.get(path) != record.sha256),
            (path for path, target in manifest.links.items() if found.targets.get(path) != target),
        ),
        "",
    )


def shape_difference(manifest: PackageManifest, found: SurveyedFolder) -> str:
    """Return the path of the first difference in names, kinds, modes or sizes; `""` for none."""
    expected = {
        **{path: (stat.S_IFDIR | mode, None) for path, mode in manifest.folders.items()},
        **{path: (stat.S_IFREG | each.mode, each.size) for path, each in manifest.files.items()},
        **dict.fromkeys(manifest.links, (stat.S_IFLNK, None)),
    }
    there = {path: _shape(entry) for path, entry in found.entries.items()}
    different = (path for path in sorted({*expected, *there}) if expected.get(path) != there.get(path))
    return next((path or "its folder" for path in different), "")


def _shape(entry: ListedEntry) -> tuple[int, int | None]:
    """Return the mode of an entry, and the size of a file; a link's mode means nothing."""
    if stat.S_ISLNK(entry.mode):
        return stat.S_IFLNK, None
    return entry.mode, entry.size if stat.S_ISREG(entry.mode) else None
