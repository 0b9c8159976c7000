"""Errors and their places (V1)."""

import pytest

from octotui.variables.syntax.nodes import Filled, TemplateError, place


@pytest.mark.parametrize(("at", "wanted"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (6, (3, 3))])
def test_v1_a_place_counts_lines_and_characters_from_one(at, wanted):
    assert place("é \n\nab", at) == wanted


def test_v1_an_error_says_where_and_what():
    error = TemplateError("A sentence.", 2, 5)
    assert str(error) == "line 2, column 5: A sentence."
    assert (error.sentence, error.line, error.column) == ("A sentence.", 2, 5)


def test_v1_a_text_filled_in_is_frozen_and_without_complaint_at_first():
    found = Filled("x")
    assert found == Filled("x", (), ())
    with pytest.raises(AttributeError):
        found.text = "y"
