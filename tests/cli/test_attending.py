"""A run that a verb starts and attends."""

from pathlib import Path

import pytest

from octotui.cli.attending import Attending, attend
from octotui.engine.commands import StartRun
from tests.world import model, script

SAID: Attending = {
    "environment": None,
    "tenant": None,
    "pairs": (),
    "skip": (),
    "guided": None,
    "as_json": True,
    "plain": True,
    "state": None,
    "at": None,
    "after": None,
    "top": False,
    "answer": None,
    "detach": False,
}


@pytest.mark.parametrize(
    ("start", "code"), [(StartRun(process="go"), 0), (StartRun(process="go", skip=("Nothing",)), 2)]
)
def test_its_exit_code_says_how_it_went_or_that_it_made_no_sense(
    tmp_path: Path, start: StartRun, code: int
) -> None:
    with pytest.raises(SystemExit) as left:
        attend(model({"go": [script("One")]}), None, start, {**SAID, "state": tmp_path})
    assert left.value.code == code


def test_a_space_that_cannot_be_opened_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "test").touch()
    with pytest.raises(SystemExit) as left:
        attend(model({"go": [script("One")]}), None, StartRun(process="go"), {**SAID, "state": tmp_path})
    assert left.value.code == 1
