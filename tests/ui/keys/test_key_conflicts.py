import pytest

from octotui.ui.keys.key_conflicts import conflicts, shadowed
from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap


def said(**keys: str) -> str:
    """All that speaks against keys of actions, written `place__name`."""
    given = {name.replace("__", "."): tuple(filter(None, text.split(","))) for name, text in keys.items()}
    return "\n".join(f"{each.action}: {each.sentence}" for each in conflicts(Keymap(given)))


def test_the_usual_keys_are_without_conflict():
    assert conflicts(DEFAULT_KEYS) == []
    assert shadowed(DEFAULT_KEYS) == []


def test_two_actions_of_one_place_cannot_have_the_same_key():
    assert 'board.start: "w" is the key of board.why, too' in said(board__start="w")
    assert said(board__start="f5") == ""


def test_keys_can_be_swapped():
    assert said(board__start="w", board__why="s") == ""


def test_an_inherited_key_counts_in_each_place_that_has_it():
    assert 'run.next_step: "s" is the key of board.start, too' in said(run__next_step="s")
    assert 'runs.fold_all: "j" is the key of list.down, too' in said(runs__fold_all="j")


@pytest.mark.parametrize("keys", ["", "q", "question_mark", "ctrl+x"])
def test_r12_what_leads_out_keeps_a_key_that_no_field_takes(keys):
    assert "app.quit: It is the way out, also while text is typed" in said(app__quit=keys)
    assert "start.back: It is the way out" in said(start__back=keys)


def test_the_only_way_out_is_not_taken():
    assert 'list.down: "ctrl+q" is the only way out by app.quit' in said(list__down="ctrl+q")
    assert said(app__quit="f10", list__down="ctrl+q") == ""
    assert 'list.down: "f10" is the only way out by app.quit' in said(app__quit="f10", list__down="f10")
    assert "is the only way out by" in said(choices__choose="escape")


def test_a_field_gets_no_key_that_types_a_character():
    assert 'filter.keep: "k" is typed as text there' in said(filter__keep="k")
    assert 'start.down: "j" is typed as text there' in said(start__down="j")
    assert said(start__down="ctrl+j") == ""


def test_a_key_of_a_pane_that_hides_one_of_its_screen_is_warned_of():
    found = shadowed(Keymap({"list.down": ("s",)}))
    assert ("list.down", '"s" means list.down where that works, and there not board.start.') in found
    found = shadowed(Keymap({"board.start": ("j",)}))
    assert ("board.start", '"j" means list.down where that works, and there not board.start.') in found
