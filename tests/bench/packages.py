"""Times what a package costs: copying it for an attempt, and verifying it when a run acquires it.

The time of a `cp -a` of the same package is what it is compared with. Where the file system shares blocks (a
reflink), copying is reading it once.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, remove_tree
from octotui.store.packages.attempt_copy import copy_package
from octotui.store.packages.manifest import survey, verify
from tests.ratios import Ratio, measure

GO = Cancellation()
ROUNDS = 5


def make(folder: Path, files: int, megabytes: int) -> None:
    size = megabytes * 10**6 // files
    for number in range(files):
        path = folder / f"lib{number % 20}" / f"file{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))


def fastest(work: Callable[[Path], object], folder: Path) -> float:
    """The shortest time of several, in seconds, each in a folder that is not there yet."""
    times = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        work(folder / str(number))
        times.append(time.perf_counter() - began)
        remove_tree(folder / str(number))
    return min(times)


def main(files: int = 1000, megabytes: int = 100) -> Iterator[Ratio]:
    """Measure one package of so many files, and all of them together of so many megabytes."""
    with TemporaryDirectory(prefix="octotui-bench-") as name:
        source, copies = Path(name) / "package", Path(name) / "copies"
        make(source, files, megabytes)
        copies.mkdir()
        with Directory(source) as folder:
            manifest = survey(folder, GO)
            verifying = fastest(lambda path: verify(folder, manifest, GO), copies)
        copying = fastest(lambda path: copy_package(source, manifest, path, GO), copies)
        plain = fastest(lambda path: subprocess.run(["cp", "-a", source, path], check=True), copies)
        print(f"copy {copying * 1000:.0f} ms, cp -a {plain * 1000:.0f} ms, verify {verifying * 1000:.0f} ms")
        yield Ratio("copying for an attempt / cp -a", copying / plain, most=4)
        yield Ratio("verifying / cp -a", verifying / plain, most=3)


if __name__ == "__main__":
    measure(main, files=20, megabytes=1)
