"""Tab completes a query, key by key."""

from tests import scenes
from tests.ui.opened import Opened, opened


def typed(it: Opened) -> str:
    from octotui.ui.widgets.query_input import QueryInput

    return it.app.screen.query_one(QueryInput).value


async def test_tab_takes_a_key_then_values_one_after_the_other(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("slash", *"st")
        await it.sees("state:")
        await it.press("tab")
        assert typed(it) == "state:"
        await it.sees("queued  executing")
        await it.press(*"ca", "tab")
        assert typed(it) == "state:cancelling"
        await it.press("tab")
        assert typed(it) == "state:cancelled"
        await it.press("tab")
        assert typed(it) == "state:cancelling"
        await it.press("space", *"env:dev", "tab")
        assert typed(it) == "state:cancelling env:development"


async def test_a_name_with_a_space_is_quoted(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("slash", *"runbook:unl", "tab")
        assert typed(it) == "runbook:unleash"


async def test_where_nothing_is_known_tab_says_so_and_stays(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("slash", *"zzz", "tab")
        await it.sees("nothing known completes this")
        assert typed(it) == "zzz"
        await it.press("x")
        assert typed(it) == "zzzx"
