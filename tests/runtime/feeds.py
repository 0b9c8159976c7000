"""Feeds for tests: packages made on the spot."""

import io
import tarfile
import zipfile
from pathlib import Path

from msgspec.structs import replace

from octotui.engine.state import Job
from octotui.model.space import Feed, Model
from tests.world import model, packages, script


def put(folder: Path, name: str, size: int = 10) -> Path:
    """A package of one file, which does not get smaller by being packed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    data = bytes(number * 7919 % 251 for number in range(size))
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("README", data)
    else:
        with tarfile.open(path, "w") as archive:
            info = tarfile.TarInfo("README")
            info.size = size
            archive.addfile(info, io.BytesIO(data))
    return path


def fed(folder: Path, rate: int | None = None, **runbooks: object) -> Model:
    """A space with one feed and one worker."""
    steps = {"a": [script("Run", packages=packages("tools"))], **runbooks}
    made = model(steps, workers=1)  # type: ignore[arg-type]
    return replace(made, feeds={"local": Feed(directory=str(folder), rate=rate)})


def acquire_job(*wanted: tuple[str, str]) -> Job:
    """A job that acquires packages on worker1."""
    return Job(
        id="job-1.1",
        run="run-1",
        kind="acquire",
        step=None,
        worker="worker1",
        mode="exclusive",
        packages=wanted,
        queued_at=0.0,
    )
