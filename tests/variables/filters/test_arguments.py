"""What filters make of too few and too many arguments, and of no text (V1)."""

import pytest

from octotui.variables.filters.arguments import FilterArguments, plain, taking, truth


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (FilterArguments("a"), "A"),
        (FilterArguments(""), ""),
        (FilterArguments(None), None),
        (FilterArguments("a", ("x",)), None),
    ],
)
def test_v1_a_filter_of_a_text_alone(given, wanted):
    assert plain(str.upper)(given) == wanted


@pytest.mark.parametrize(
    ("text", "options", "wanted"),
    [
        ("a", (), None),
        ("a", ("x",), "ax"),
        ("a", ("x", "y"), "axy"),
        ("a", ("x", "y", "z"), None),
        (None, ("x",), None),
        ("", ("x",), "x"),
    ],
)
def test_v1_a_filter_of_one_or_two_arguments(text, options, wanted):
    answer = taking(lambda text, options: text + "".join(options), 1, 2)
    assert answer(FilterArguments(text, options)) == wanted


def test_v1_truth_is_written_in_lower_case():
    assert (truth(True), truth(False)) == ("true", "false")
