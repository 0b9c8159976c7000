"""The port of a session, as its effects are given it."""

from pathlib import Path

import pytest

from octotui.engine.commands import ReportProgress
from octotui.engine.state import JobProgress
from octotui.runtime.jobs.session_port import SessionPort
from tests.runtime.rig import Rig, play, soon
from tests.world import model, script

MODEL = model({"one": [script("Say so")]})


def test_the_effects_of_a_session_have_its_port_from_the_first(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        assert rig.port is rig.session

    play(MODEL, tmp_path, main)


def test_the_state_of_a_port_is_the_present_one(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        port: SessionPort = rig.session
        await rig.start("one")
        assert port.state is rig.state
        assert port.state.runs["run-1"].state == "executing"

    play(MODEL, tmp_path, main)


def test_what_is_reported_takes_effect_until_the_session_ends(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        port: SessionPort = rig.session
        await rig.start("one")
        port.report(ReportProgress(job="job-1.1", attempt=1, percentage=20, message=""))
        await soon()
        assert port.state.jobs["job-1.1"].progress == JobProgress(percentage=20, message="")
        port.fail(ValueError("the disk is gone"))
        port.fail(ValueError("and so is the network"))
        port.report(ReportProgress(job="job-1.1", attempt=1, percentage=40, message=""))
        await soon()
        assert port.state.jobs["job-1.1"].progress == JobProgress(percentage=20, message="")
        with pytest.raises(ValueError, match="the disk is gone"):
            await rig.start("one")

    play(MODEL, tmp_path, main)
