"""Make samples of today's version: `python -m tests.samples.make`; what older versions left stays as it is.

With `--words` only what is said of the kept samples in words is written anew, after words were changed. With
`--snapshots` only snapshots are kept, beside the rest of this version, after theirs went up.
"""

import asyncio
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from octotui import __version__
from tests.samples import wire
from tests.samples.answers import answers_of, ask, dialogue, narrated, replayed, write_answers
from tests.samples.playing import PLACE, end_left_behind

HERE = Path(__file__).parent
VERSIONS = sorted(each for each in HERE.iterdir() if each.name[0].isdigit())
DAYS = {"closed": ("before", "busy"), "killed": ("killed",)}


def main() -> None:
    """Play the story, and keep what it leaves and what is said of it."""
    kept = HERE / __version__
    if kept.exists():
        sys.exit(f"{kept} is there: samples that a version has left are never made anew")
    kept.mkdir()
    shutil.copytree(HERE / "sample", PLACE)
    try:
        for name, days in DAYS.items():
            for each in days:
                _play(each)
            _pack(kept / f"{name}.tar.xz")
            write_answers(kept / f"{name}.json.xz", answers_of(PLACE))
        _take_along(kept)
    finally:
        end_left_behind(PLACE)
        shutil.rmtree(PLACE)
    wire.write(kept)
    say_again(kept)


def _play(day: str) -> None:
    """Play a day in a process of its own, which may be killed; then end what it has left running."""
    subprocess.run([sys.executable, "-m", "tests.samples.story", day, PLACE], check=day != "killed")
    time.sleep(2)  # some of it ends by itself
    end_left_behind(PLACE)
    time.sleep(0.5)  # they are gone


def _pack(target: Path) -> None:
    """Keep the folder, whoever it belongs to."""
    with tarfile.open(target, "w:xz") as archive:
        archive.add(PLACE, "sample", filter=_of_nobody)


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _take_along(kept: Path) -> None:
    """Runs and the space in one file each, and what a client and its server say to each other."""
    roots = [each["id"] for each in answers_of(PLACE)["runs"] if each["parent"] is None]
    ask(PLACE, "export", *roots, "--artifacts", "--output", kept / "runs.zip")
    write_answers(kept / "runs.json.xz", replayed(kept / "runs.zip"))
    ask(PLACE, "backup", kept / "backup.tar.gz")
    lines = asyncio.run(dialogue(PLACE, wire.QUESTIONS))
    (kept / "dialogue.jsonl").write_bytes(b"".join(lines))


def unpack(kept: Path, name: str, into: Path) -> Path:
    """A copy of a kept space, with its model."""
    with tarfile.open(kept / f"{name}.tar.xz") as archive:
        archive.extractall(into, filter="fully_trusted")
    return into / "sample"


def say_again(kept: Path) -> None:
    """Write down what is said of a kept space in words."""
    folder = unpack(kept, "closed", PLACE)
    try:
        (kept / "closed.txt").write_text(narrated(folder))
    finally:
        shutil.rmtree(PLACE)


if __name__ == "__main__":
    if sys.argv[1:] == ["--words"]:
        for each in VERSIONS:
            say_again(each)
    elif sys.argv[1:] == ["--snapshots"]:
        wire.write_snapshots(HERE / __version__)
    else:
        main()
