"""P2, S8: what is said of an image that is there, that has changed, or that cannot be had."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from octotui.engine.advance import advance
from octotui.engine.commands import LoadModel, StartRun
from octotui.engine.state import Job, Outcome, State
from octotui.model.process import ContainerSettings, Pull, Step
from octotui.runtime.jobs.containers.image_acquisition import ImageAcquisition, images_of, packages_of
from octotui.runtime.jobs.masking import SensitiveValues
from tests.runtime.feeds import acquire_job
from tests.runtime.jobs.test_package_acquisition import here
from tests.world import model, script

FAKE = """#!/bin/sh
case $1-$2 in
    image-inspect) [ -e "{folder}/there" ] && cat "{folder}/there" ;;
    pull-*) echo "$@"; {pull} ;;
esac
"""


def engine(folder: Path, pull: str) -> None:
    """Put an engine into the path that pulls so."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "podman"
    program.write_text(FAKE.format(folder=folder, pull=pull))
    program.chmod(0o755)


def started(*steps: Step) -> State:
    state, _ = advance(State(), LoadModel(model({"a": [*steps]}, workers=1)), 1.0)
    return advance(state, StartRun(process="a"), 2.0)[0]


async def pulled(
    folder: Path, monkeypatch: pytest.MonkeyPatch, does: str, **settings: Any
) -> tuple[Outcome, list[str]]:
    engine(folder, does)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_HOST", "")
    step = script("Box", container="tools:1", runs_contained=True, contained=ContainerSettings(**settings))
    lines: list[str] = []
    images = ImageAcquisition("kraken-1", SensitiveValues(), lambda: 1.0)
    job = acquire_job(("container:tools:1", ""))
    return await images.acquire(started(step), job, here(folder / "worker"), lines.append), lines


def test_p2_a_job_acquires_packages_and_images() -> None:
    job: Job = acquire_job(("tools", "1.0.0"), ("container:alpine", "sha256:12"))
    assert packages_of(job) == (("tools", "1.0.0"),)
    assert images_of(job) == (("alpine", "sha256:12"),)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "Error: no space left on device",
            "tools:1 cannot be pulled on worker1: the disk of worker1 is full (Error",
        ),
        ("Error: unauthorized: authentication required", "the registry refuses: give the feed a token_env"),
        ("Error: manifest unknown", "the registry has no such image"),
        ("Error: no subuid ranges", "podman needs ranges of ids for its account on worker1"),
        ("level=warning no subuid ranges\nError: odd", "tools:1 cannot be pulled on worker1: Error: odd"),
        ("Error: odd", "tools:1 cannot be pulled on worker1: Error: odd"),
    ],
)
async def test_s8_what_an_engine_refuses_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    outcome, lines = await pulled(tmp_path, monkeypatch, f"echo '{said}' >&2; exit 125")
    assert outcome.state == "failed"
    assert reason in outcome.reason
    assert set(said.split("\n")) <= set(lines)


async def test_p2_what_is_there_is_not_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").write_text("12ab 2000000 tools@sha256:34")
    outcome, lines = await pulled(tmp_path, monkeypatch, "exit 1")
    assert outcome == Outcome(state="succeeded", exit_code=0, digests={"tools:1": "sha256:34"})
    assert lines == ["looking for tools:1 on worker1", "worker1 has tools:1: sha256:34 (2.0 MB)"]


async def test_s8_one_that_has_changed_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").write_text("12ab 2000000 tools@sha256:34")
    pull = f"echo '56cd 3000000 tools@sha256:78' >{tmp_path}/there"
    outcome, _ = await pulled(tmp_path, monkeypatch, pull, pull="always")
    assert outcome.digests == {"tools:1": "sha256:78"}
    assert outcome.warnings == (
        "tools:1 is another image than worker1 had: sha256:78 (3.0 MB) in place of sha256:34 (2.0 MB)",
    )


async def test_s8_a_pull_that_is_stopped_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(tmp_path, f"touch {tmp_path}/pulling; sleep 100")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    state = started(script("Box", container="tools:1", runs_contained=True))
    images = ImageAcquisition("kraken-1", SensitiveValues(), lambda: 1.0)
    job = acquire_job(("container:tools:1", ""))
    worker = here(tmp_path / "worker")
    running = asyncio.ensure_future(images.acquire(state, job, worker, lambda line: None))
    async with asyncio.timeout(30):
        while not (tmp_path / "pulling").exists():
            await asyncio.sleep(0.01)
        images.stop(job.id)
        assert (await running).state == "cancelled"
    assert not [*(tmp_path / "worker" / "work").glob("*.*.*")]


@pytest.mark.parametrize(
    ("wishes", "pulls"),
    [
        (("missing", "always"), True),
        (("never", "always"), True),
        (("missing", "never"), False),
        (("missing", "missing"), False),
    ],
)
async def test_s8_the_strictest_wish_of_all_steps_decides_about_pulling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wishes: tuple[Pull, Pull], pulls: bool
) -> None:
    (tmp_path / "there").write_text("12ab 2000000 tools@sha256:34")
    engine(tmp_path, "true")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    steps = [
        script(
            pull + str(number),
            container="tools:1",
            runs_contained=True,
            contained=ContainerSettings(pull=pull),
        )
        for number, pull in enumerate(wishes)
    ]
    lines: list[str] = []
    images = ImageAcquisition("kraken-1", SensitiveValues(), lambda: 1.0)
    job = acquire_job(("container:tools:1", ""))
    await images.acquire(started(*steps), job, here(tmp_path / "worker"), lines.append)
    assert any(line.startswith("pull ") for line in lines) == pulls


@pytest.mark.parametrize("limit", [0.5, None])
async def test_s8_a_pull_that_hangs_ends_at_the_time_limit_of_its_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: float | None
) -> None:
    """S8: or at a limit of its own, where the step has none."""
    engine(tmp_path, "echo Trying to pull; exec sleep 100")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr("octotui.runtime.jobs.containers.image_acquisition.LIMIT", 0.5)
    state = started(script("Box", container="tools:1", runs_contained=True, time_limit=limit))
    images, job = (
        ImageAcquisition("kraken-1", SensitiveValues(), lambda: 1.0),
        acquire_job(("container:tools:1", "")),
    )
    async with asyncio.timeout(30):
        outcome = await images.acquire(state, job, here(tmp_path / "worker"), lambda line: None)
    assert outcome.state == "failed"
    assert outcome.reason.startswith("tools:1 was not pulled on worker1 within 500ms, its time limit")
    assert not [*(tmp_path / "worker" / "work").glob("*.*.*")]


async def test_s8_what_was_found_before_one_fails_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S8: an image that is there, and has its digest, and one that cannot be pulled."""
    (tmp_path / "there").write_text("12ab 2000000 tools@sha256:34")
    engine(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    one = script("One", container="tools:1", runs_contained=True)
    two = script("Two", container="tools:2", runs_contained=True, contained=ContainerSettings(pull="always"))
    images = ImageAcquisition("kraken-1", SensitiveValues(), lambda: 1.0)
    job = acquire_job(("container:tools:1", ""), ("container:tools:2", ""))
    outcome = await images.acquire(started(one, two), job, here(tmp_path / "worker"), lambda line: None)
    assert outcome.state == "failed"
    assert outcome.digests == {"tools:1": "sha256:34"}


def whispering(said: str) -> str:
    """An engine that has the mark of the script that calls it, as any program of its account can."""
    found = 'for each in /proc/$PPID/fd/* "$(tr "\\0" "\\n" </proc/$PPID/cmdline | tail -n 1)"'
    mark = 'm=$(grep -a -h -o \'c_mark=[0-9a-f]*\' "$each" 2>/dev/null | head -n 1); [ -z "$m" ] || break'
    return f'{found}; do {mark}; done; m=${{m#c_mark=}}; [ "$m" ] && printf \'{said}\\n\' | sed "s/MARK/$m/"'


@pytest.mark.parametrize(
    "said",
    [
        *("MARK ", "MARK x", "MARK  ", "MARK known", "MARK pulled\\nMARK before", "MARK other x y"),
        "MARK problem",
        pytest.param(f"MARK problem {'x' * 60000}", id="long"),
    ],
)
async def test_r6_what_a_hostile_engine_says_ends_in_an_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """S8: whatever stands behind the mark."""
    outcome, lines = await pulled(tmp_path, monkeypatch, f"{whispering(said)}; exit 0")
    assert outcome.state in ("succeeded", "failed")
    assert len(outcome.reason) < 2000
    assert all(len(each) < 6000 for each in lines)
    assert not [each for each in lines if "MARK" in each], lines


@pytest.mark.parametrize(
    "size", ["²", "1²", "", "-1", pytest.param("9" * 5000, id="long"), "1e9", "9" * 19, "nan"]
)
async def test_r6_a_size_of_an_image_that_cannot_be_is_not_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    outcome, lines = await pulled(tmp_path, monkeypatch, f"echo 'sha256:1 {size} x' >{tmp_path}/there")
    assert outcome.state == "succeeded", outcome
    assert lines[-1] == "worker1 has tools:1 now: sha256:1"
