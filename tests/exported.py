"""Exports of scenes, as they lie unpacked: what a replay is made of in tests."""

from collections.abc import Sequence
from pathlib import Path

from octotui.engine.events import AnyEvent, RunQueued
from octotui.runtime.replay import Replay
from octotui.store.logs.log_writer import LogWriter
from octotui.store.transfer.exports import FORMAT, Manifest
from octotui.store.transfer.imports import ImportedRuns
from tests import scenes
from tests.scenes import Scene, kraken
from tests.world import START, World


def manifest(events: Sequence[AnyEvent], **more: object) -> Manifest:
    roots = [each.run for each in events if isinstance(each, RunQueued) and each.parent is None]
    said: dict[str, object] = {
        "octotui_export": FORMAT,
        "written_by": "0",
        "space": "Kraken",
        "runs": tuple(roots),
        "events": len(events),
        "whole": True,
        "artifacts": False,
    }
    return Manifest(**{**said, **more})  # type: ignore[arg-type]


def exported(events: Sequence[AnyEvent], folder: Path) -> ImportedRuns:
    """These events as an export in a folder."""
    return ImportedRuns(folder / "content", manifest(events), tuple(events))


def write_log(folder: Path, run: str, job: str, *lines: tuple[float, str]) -> None:
    """The output of a job: lines with the seconds after the start at which they were printed."""
    content = folder / "content"
    content.mkdir(exist_ok=True)
    with LogWriter(content / "logs" / run / f"{job}.log") as log:
        for after, line in lines:
            log.append(line.encode() + b"\n", START + after)


def tamed() -> Scene:
    """Four runs to their ends: each acquires a package and asks; run-4 waits for the lock of run-1."""
    world = World(kraken())
    for _ in range(4):
        world.start("tame")
    world.run_until(60)
    world.answer()
    world.run_until(70)
    for _ in range(3):
        world.answer("abort", "too much")
    world.run_out()
    return Scene(world.state, world.now, world)


def replay(folder: Path, scene: Scene | None = None) -> Replay:
    """A replay of a scene: of the seed example, if no other."""
    events = (scene or scenes.seed()).world.events
    return Replay(exported(events, folder), "ann")
