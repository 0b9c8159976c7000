from octotui.engine.commands import HandOverInterruption
from octotui.model.space import Team
from octotui.ui.dialogs.people_dialog import PeopleDialog
from octotui.ui.dialogs.question_dialog import QuestionDialog
from tests import scenes
from tests.ui.opened import opened
from tests.world import World, manual, model


def scene(*teams: str, **members: tuple[str, ...]) -> scenes.Scene:
    """A question that ann has taken."""
    declared = {slug: Team(name=slug.title(), members=names) for slug, names in members.items()}
    world = World(model({"go": [manual("May it?", teams)]}, teams=declared))
    world.start("go")
    world.take("ann")
    return scenes.Scene(world.state, world.now, world)


async def test_the_others_of_the_teams_are_offered(tmp_path):
    """I6: only those who may take it."""
    async with opened(scene("money", money=("ann", "bob", "cem")), tmp_path, (80, 24)) as it:
        await it.press("a", "h")
        await it.sees("Hand “May it?” over to whom?", "bob", "cem")
        assert not it.app.screen.query("Input")
        await it.press("j", "enter")
        await it.sees("cem has taken it")
        assert it.session.sent == [HandOverInterruption(interruption="question-1", user="ann", to="cem")]


async def test_where_anyone_may_any_account_can_be_typed(tmp_path):
    """I2: a team that lists nobody is anyone."""
    async with opened(scene("all", all=()), tmp_path, (80, 24)) as it:
        await it.press("a", "h", "enter")
        assert isinstance(it.app.screen, PeopleDialog)
        await it.press(*"eve", "enter")
        await it.sees("eve has taken it")


async def test_esc_keeps_it_and_nobody_else_is_said_at_once(tmp_path):
    async with opened(scene("all", all=()), tmp_path, (80, 24)) as it:
        await it.press("a", "h", "escape")
        assert isinstance(it.app.screen, QuestionDialog)
        assert it.session.sent == []
    async with opened(scene("money", money=("ann",)), tmp_path, (80, 24)) as it:
        await it.press("a", "h")
        await it.sees("no other person may take “May it?”")
