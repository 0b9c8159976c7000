from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap, action_name, place_of


def test_an_action_without_an_entry_has_its_own_keys():
    keymap = Keymap({"board.start": ("f5", "N"), "board.why": ()})
    assert keymap.key_of("board.start", "s") == "f5,N"
    assert keymap.key_of("board.why", "w") == ""
    assert keymap.key_of("board.log", "l") == "l"
    assert keymap
    assert not DEFAULT_KEYS


def test_places_and_actions_have_ids_by_what_people_read():
    assert place_of("On the board and on a run") == "board"
    assert place_of("In the output") == "output"
    assert place_of("On a timeline") == "timeline"
    assert place_of("While something new is done") == "something_new_is_done"
    assert action_name("move to top") == "move_to_top"
    assert action_name("first, last") == "first_last"
