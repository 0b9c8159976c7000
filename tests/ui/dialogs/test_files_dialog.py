"""The files of a run."""

from pathlib import Path

from octotui.ui.dialogs.files_dialog import FilesDialog
from octotui.ui.screens.run_screen import RunScreen
from tests import scenes
from tests.ui.opened import Opened, opened


async def test_v7_it_says_where_the_files_of_a_run_are(tmp_path):
    async with opened(scenes.telling(), tmp_path) as it:
        await it.sees("artifact kraken-weight.csv 12 KiB")
        await it.press("f")
        await it.sees("Files: run-1", "run-1 Measure it", "kraken-weight.csv")
        await it.press("down")
        await it.sees("/state/kraken/artifacts/run-1/job-1.1/")
        await it.press("f")
        assert not isinstance(it.app.screen, FilesDialog)
        await it.press("enter", "f")
        await it.sees("Files: run-1")


async def test_v7_it_is_not_offered_where_there_are_none(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("f")
        assert not isinstance(it.app.screen, FilesDialog)


def holds(it: Opened, folder: Path, content: bytes) -> None:
    """Have the artifact hold this."""
    (folder / "kept").write_bytes(content)
    it.session.artifact_path = lambda *names: folder / "kept"  # type: ignore[method-assign]


async def test_v7_a_file_is_copied_and_saved(tmp_path, monkeypatch):
    """Copied with its control characters visible, saved as it is; of a job neither is offered."""
    monkeypatch.chdir(tmp_path)
    async with opened(scenes.telling(), tmp_path) as it:
        holds(it, tmp_path, b"weight\n\x1b]52;c;x\x07\n")
        await it.press("f", "y")
        await it.sees("no file is under the cursor")
        await it.press("down", "y")
        await it.sees("Sent kraken-weight.csv to the")
        assert it.app.clipboard == "weight\n\\x1b]52;c;x\\x07\n"
        await it.press("W")
        await it.sees("Save kraken-weight.csv in which file?")
        await it.press("enter")
        await it.sees("Saved kraken-weight.csv")
        assert (tmp_path / "kraken-weight.csv").read_bytes() == b"weight\n\x1b]52;c;x\x07\n"


async def test_v7_what_is_no_text_is_not_copied(tmp_path):
    async with opened(scenes.telling(), tmp_path) as it:
        contents = {b"\xff\xfe": "is no text", b"a\0": "is no text", b"a" * ((1 << 20) + 1): "has more than"}
        for content, why in contents.items():
            holds(it, tmp_path, content)
            await it.press("f", "down", "y")
            await it.sees(f"kraken-weight.csv {why}")
            await it.press("escape")
            await it.until(lambda: not isinstance(it.app.screen, FilesDialog))
        assert it.app.clipboard == ""
        (tmp_path / "kept").unlink()
        await it.press("f", "down", "y")
        await it.sees("No such file")


async def test_v7_a_file_is_opened_in_the_pager(tmp_path, monkeypatch):
    seen = []

    async def open_file(app, path, line=None, command="EDITOR"):
        seen.append((path, command))
        return True

    monkeypatch.setattr("octotui.ui.dialogs.files_dialog.open_file", open_file)
    async with opened(scenes.telling(), tmp_path) as it:
        holds(it, tmp_path, b"x")
        await it.press("f", "down", "enter")
        await it.until(lambda: seen)
        assert seen == [(tmp_path / "kept", "PAGER")]


async def test_v7_the_output_of_the_job_that_made_a_file_is_gone_to(tmp_path):
    for keys in (("enter",), ("down", "l")):
        async with opened(scenes.telling(), tmp_path) as it:
            await it.press("f", *keys)
            await it.sees("Output · run-1 Measure it", "creating an instance")
            assert isinstance(it.app.screen, RunScreen)
            await it.press("escape")
            await it.until(lambda: not isinstance(it.app.screen, RunScreen))
