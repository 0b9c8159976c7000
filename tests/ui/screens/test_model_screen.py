import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from octotui.cli.spaces.opened_model import OpenedModel
from octotui.model.complaints import Complaint
from octotui.ui.external import IN_BROWSER
from octotui.ui.screens.model_file import CheckResult
from octotui.ui.screens.model_screen import ModelScreen
from tests import scenes
from tests.ui.opened import opened

KRAKEN = Path(__file__).parents[3] / "configs/kraken.toml"


class Modelled(NamedTuple):
    """A model in a file of its own."""

    file: Path | None

    def path(self) -> Path | None:
        return self.file

    def refusal(self) -> str:
        return ""

    def check(self, path: Path) -> CheckResult:
        return OpenedModel("kraken", None, path).check(path)


class Faulty:
    """The kraken's model, of which made-up things are wrong; its path is the same everywhere."""

    def path(self) -> Path | None:
        return Path("configs/kraken.toml")

    def refusal(self) -> str:
        return ""

    def check(self, path: Path) -> CheckResult:
        key = "runbooks.tame.steps[0].nme"
        wrong = Complaint(str(path), 85, 1, key, '"nme" is not known here; did you mean "name"?')
        elsewhere = Complaint("scripts/feed.sh", 3, 7, "", "There is no variable Fish.")
        return CheckResult((wrong,), (elsewhere,))


@pytest.fixture
def model(tmp_path: Path) -> Modelled:
    shutil.copytree(KRAKEN.parent, tmp_path / "k")
    return Modelled(tmp_path / "k/kraken.toml")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20), (250, 70)])
async def test_t1_the_part_under_the_cursor_is_shown_in_its_file(
    tmp_path: Path, model: Modelled, size: tuple[int, int]
) -> None:
    async with opened(scenes.lock_wait(), tmp_path, size, model=model) as it:
        await it.press("m")
        await it.sees("Tame the kraken · ", "│ [runbooks.tame]", "no errors")
        await it.press("escape")
        assert not isinstance(it.app.screen, ModelScreen)


async def test_t1_each_pane_says_what_is_under_its_cursor(tmp_path: Path, model: Modelled) -> None:
    async with opened(scenes.asking(), tmp_path, model=model) as it:
        await it.press("tab", "m")
        await it.sees("worker1 · ", '"worker1"')
        await it.press("escape", "Q", "m")
        await it.sees("Look at the bill of Tame", "manual = {")
        await it.press("escape", "escape", "a", "m")
        await it.sees("Look at the bill of Tame")
        await it.press("escape", "escape", "v", "m")
        await it.sees("It is not declared here any more")
    async with opened(scenes.asking(), tmp_path, model=model) as it:
        await it.press("P", "m")
        await it.sees("pool Setup", "│ [pools.setup]")


async def test_complaints_stand_below_their_lines(tmp_path: Path, model: Modelled) -> None:
    assert model.file is not None
    model.file.write_text(KRAKEN.read_text().replace('name = "Dock"', 'nme = "Dock"'))
    async with opened(scenes.lock_wait(), tmp_path, model=model) as it:
        await it.press("tab", "m")
        await it.sees("error", 'did you mean "name"?')
        lines = it.text.split("\n")
        told = next(at for at, line in enumerate(lines) if "did you mean" in line)
        assert "nme" in lines[told - 1]
        await it.press("n")
        assert "did you mean" in it.text.split("\n")[-1]


async def test_a_model_that_is_gone_or_unknown_is_said(tmp_path: Path, model: Modelled) -> None:
    assert model.file is not None
    model.file.unlink()
    async with opened(scenes.lock_wait(), tmp_path, model=model) as it:
        await it.press("m")
        await it.sees("There is no such file")
        await it.press("O")
        await it.sees("there is no file to open")
    async with opened(scenes.lock_wait(), tmp_path, model=Modelled(None)) as it:
        await it.press("m")
        await it.sees("the file of this model is not known here")
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("m")
        await it.sees("the file of this model is not known here")


async def test_what_may_not_be_written_is_not_opened_to_be_edited(
    tmp_path: Path, model: Modelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    async with opened(scenes.lock_wait(), tmp_path, model=model) as it:
        await it.press("m")
        await it.sees("[runbooks.tame]")
        await it.press("O")
        await it.sees("you may not write to it")


async def test_in_a_browser_no_program_is_offered(
    tmp_path: Path, model: Modelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.app.App.is_web", True)
    async with opened(scenes.lock_wait(), tmp_path, model=model) as it:
        await it.press("m")
        await it.sees("[runbooks.tame]")
        assert {it.app.screen.why_not(each, ()) for each in ("edit", "page")} == {IN_BROWSER}  # type: ignore[attr-defined]


async def test_what_others_have_written_is_made_visible(tmp_path: Path, model: Modelled) -> None:
    assert model.file is not None
    model.file.write_text(KRAKEN.read_text().replace("[runbooks.tame]", "[runbooks.tame] # \u202e\u009b31m"))
    async with opened(scenes.lock_wait(), tmp_path, model=model) as it:
        await it.press("m")
        await it.sees("[runbooks.tame] #")
        assert "\u202e" not in it.text
        assert "\u009b" not in it.text
