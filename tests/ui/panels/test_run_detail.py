from octotui.ui.panels.run_detail import RunDetail
from tests import scenes
from tests.ui.opened import opened


async def test_a_sentence_takes_a_line_and_none_takes_no_room(tmp_path):
    async with opened(scenes.seed(), tmp_path, (80, 21)) as it:
        detail = it.app.screen.query_one(RunDetail)
        detail.show("waits for “backup”")
        await it.sees("waits for “backup”")
        detail.show("")
        await it.pilot.pause()
        assert "waits for “backup”" not in it.text
        assert not detail.display
