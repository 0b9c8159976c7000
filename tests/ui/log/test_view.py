"""All that the view of a log can do."""

from octotui.ui.key_actions import actions_of
from octotui.ui.log.view import LogView


def test_no_key_means_two_things():
    """Each key of the output is declared once, along all that the view is made of."""
    keys = [key for action in actions_of(LogView) for key in action.key.split(",")]
    assert len(keys) == len(set(keys))
    assert {"ampersand", "e", "E", "number_sign", "W", "y", "vertical_line", "O", "S"} <= set(keys)
