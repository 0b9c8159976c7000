"""The keys of the lanes: to the sides in time, and nearer or further away."""

from octotui.ui.timeline.lane_list import LaneList
from octotui.ui.timeline.timeline_panel import TimelinePanel
from tests import scenes
from tests.ui.opened import opened


async def test_the_name_of_the_cursors_lane_is_lit_and_its_time_keeps_its_colours(tmp_path):
    async with opened(scenes.approved(), tmp_path, size=(80, 24)) as it:
        await it.press("L")
        await it.sees("critical path", "??")
        lanes = it.app.screen.query_one(LaneList)
        name, *time = lanes._lit_name(0)
        assert name.style.reverse
        styles = {each.style.color.name for each in time if each.text.strip() and each.style.color}
        assert len(styles) > 1


async def test_the_moment_is_a_column_through_all_lanes(tmp_path):
    async with opened(scenes.approved(), tmp_path, size=(80, 24)) as it:
        await it.press("L")
        await it.sees("critical path", "??")
        lanes = it.app.screen.query_one(LaneList)

        def hairs() -> list[int]:
            found = []
            for y in range(1, len(lanes.keys)):
                column = 0
                for each in lanes.render_line(y):
                    if each.style is not None and each.style.reverse:
                        found.append(column)
                    column += len(each.text)
            return found

        first = hairs()
        assert first == [lanes.hair] * (len(lanes.keys) - 1)
        await it.press("shift+left", "left")
        assert hairs() == [each - 11 for each in first]
        assert it.app.screen.query_one(TimelinePanel).moment < scenes.approved().now - 10
