"""V6: the values a run asks for."""

from octotui.engine.commands import StartRun
from octotui.model.space import Value
from octotui.model.values import Prompt
from octotui.ui.dialogs.prompt_dialog import PromptDialog
from tests import scenes
from tests.ui.opened import opened
from tests.world import World

VERSION = Prompt(label="Which version?", help="As in the feed, such as 1.2.0.")
SIZE = Prompt(kind="select", options=("small", "large"), default="large")
SURE = Prompt(label="Are you sure?", kind="checkbox")
NOTES = Prompt(kind="multiline", required=False)
TOKEN = Prompt(kind="sensitive")


def scene(**prompts: Prompt) -> scenes.Scene:
    variables = {name: (Value(kind="prompt", prompt=prompt),) for name, prompt in prompts.items()}
    world = World(scenes.kraken(environments={}, tenants={}, variables=variables))
    return scenes.Scene(world.state, world.now, world)


async def test_every_kind_of_field_is_filled_in_by_keyboard(tmp_path):
    of = scene(Version=VERSION, Size=SIZE, Sure=SURE, Notes=NOTES, Token=TOKEN)
    async with opened(of, tmp_path, (80, 24)) as it:
        await it.press("s", "enter")
        await it.sees("with which values?", "Which version? *", "As in the feed", "< large >  2 of 2")
        await it.press(*"1.2", "enter", "right", "tab", "space", "tab", *"a", "enter", *"b", "tab")
        await it.press(*"hunter22")
        assert "hunter22" not in it.text
        await it.press("enter")
        await it.until(lambda: it.session.sent)
        given = {"Version": "1.2", "Size": "small", "Sure": "True", "Notes": "a\nb", "Token": "hunter22"}
        assert it.session.sent == [StartRun(process="create-aws-rds", requester="ann", variables=given)]
        run = it.session.state.runs["run-1"]
        assert (run.request.secrets, "Token" in run.request.variables) == (("Token",), False)


async def test_enter_goes_to_the_next_field_and_starts_in_the_last_and_the_key_line_says_so(tmp_path):
    async with opened(scene(Version=VERSION, Notes=NOTES, Size=SIZE), tmp_path, (80, 24)) as it:
        await it.press("s", "enter")
        await it.sees(" enter next  tab next  ctrl+s start  esc back")
        await it.press(*"1.2", "enter")
        await it.until(lambda: " enter " not in it.text)
        await it.press(*"a", "enter", *"b", "tab")
        await it.sees(" enter start  tab next  ctrl+s start")
        assert it.session.sent == []
        await it.press("enter")
        await it.until(lambda: it.session.sent)
        given = {"Version": "1.2", "Notes": "a\nb", "Size": "large"}
        assert it.session.sent == [StartRun(process="create-aws-rds", requester="ann", variables=given)]


async def test_what_is_missing_is_said_all_at_once(tmp_path):
    async with opened(scene(Version=VERSION, Token=TOKEN), tmp_path, (80, 24)) as it:
        await it.press("s", "enter", "tab", *"abc", "ctrl+s")
        await it.sees("Version (Which version?) needs a value")
        await it.sees("Token has fewer than 4 characters")
        assert it.session.sent == []
        await it.press("escape")
        assert not isinstance(it.app.screen, PromptDialog)
        assert it.session.sent == []


async def test_a_run_without_prompts_starts_at_once(tmp_path):
    async with opened(scene(), tmp_path, (80, 24)) as it:
        await it.press("s", "enter")
        await it.until(lambda: it.session.sent)


async def test_run_again_offers_what_was_said_but_nothing_sensitive(tmp_path):
    """V5: nobody has kept it."""
    async with opened(scene(Version=VERSION, Token=TOKEN), tmp_path, (80, 24)) as it:
        await it.press("s", "enter", *"7.7", "tab", *"hunter22", "enter")
        await it.until(lambda: it.session.sent)
        await it.press("R", "y")
        await it.sees("Which version? *", "7.7")
        await it.press("ctrl+s")
        await it.sees("Token needs a value")


async def test_v6_a_required_choice_without_a_default_is_not_made_for_anybody(tmp_path):
    size = Prompt(kind="select", options=("small", "large"))
    async with opened(scene(Size=size, Sure=SURE), tmp_path, (80, 24)) as it:
        await it.press("s", "enter")
        await it.sees("< choose >  2 options", "< no >  1 of 2")
        await it.press("ctrl+s")
        await it.sees("Size must be one of")
        assert it.session.sent == []
        await it.press("right", "right", "ctrl+s")
        await it.until(lambda: it.session.sent)
        given = {"Size": "large", "Sure": "False"}
        assert it.session.sent == [StartRun(process="create-aws-rds", requester="ann", variables=given)]
