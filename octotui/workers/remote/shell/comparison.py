"""Comparison of a package on another machine with its manifest."""

import stat
from collections.abc import Sequence
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


def difference(manifest: PackageManifest, found: SurveyedFolder, *, names_only: bool = False) -> str:
    """Return the path of the first difference, `""` for none; with `names_only`, contents are not compared."""
    expected = {*manifest.folders, *manifest.files, *manifest.links}
    for path in sorted(expected.symmetric_difference(found.entries)):
        return path or "all of it"
    for path, mode in manifest.folders.items():
        if not stat.S_ISDIR(found.entries[path].mode) or stat.S_IMODE(found.entries[path].mode) != mode:
            return path or "its folder"
    for path, record in manifest.files.items():
        entry = found.entries[path]
        if not stat.S_ISREG(entry.mode) or (stat.S_IMODE(entry.mode), entry.size) != (
            record.mode,
            record.size,
        ):
            return path
        if not names_only and found.sums.get(path) != record.sha256:
            return path
    for path, target in manifest.links.items():
        if not stat.S_ISLNK(found.entries[path].mode):
            return path
        if not names_only and found.targets.get(path) != target:
            return path
    return ""
