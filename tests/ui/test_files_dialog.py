from octotui.ui.files_dialog import FilesDialog
from tests import scenes
from tests.ui.opened import opened


async def test_v7_it_says_where_the_files_of_a_run_are(tmp_path):
    async with opened(scenes.telling(), tmp_path) as it:
        await it.sees("artifact kraken-weight.csv 12 KiB")
        await it.press("f")
        await it.sees("Files: run-1", "run-1 Measure it", "/state/kraken/artifacts/run-1/job-1.1/")
        await it.press("f")
        assert not isinstance(it.app.screen, FilesDialog)
        await it.press("enter", "f")
        await it.sees("Files: run-1")


async def test_v7_it_is_not_offered_where_there_are_none(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("f")
        assert not isinstance(it.app.screen, FilesDialog)
