import pytest

from octotui.model.toml.specs.spec import ScalarSpec, choice, flag, prose, quantity, scalar, text, whole


@pytest.mark.parametrize(
    ("leaf", "good", "bad"),
    [
        (text("x", "[a-z]+"), ["abc"], ["", "Abc", "abc\n", 5, None, ["a"]]),
        (text("x", ".+"), ["é ✔"], ["\x1b[31m", "a\nb", "\0"]),
        (prose(), ["", "a\nb"], [5, True]),
        (prose(empty=False), ["a\n"], ["", " \n"]),
        (choice("a", "b"), ["a"], ["c", 1, ["a"], {"a": 1}]),
        (flag(), [True, False], [0, "true"]),
        (whole(1, 9), [1, 9], [0, 10, True, 1.0, "1"]),
        (scalar(), ["a", 1, 1.5, True], [[], {}, None, 10**5000]),
    ],
)
def test_a_leaf_holds_what_it_describes(leaf: ScalarSpec, good: list[object], bad: list[object]) -> None:
    assert [raw for raw in good if not leaf.holds(raw)] == []
    assert [raw for raw in bad if leaf.holds(raw)] == []


def test_numbers_and_truth_become_text() -> None:
    assert [scalar().clean(raw) for raw in (5, 1.5, True, "x")] == ["5", "1.5", "True", "x"]


def test_a_quantity_is_cleaned_and_shown() -> None:
    leaf = quantity("x", r"\d+", int, str)
    assert leaf.clean("12") == 12
    assert leaf.show(12) == "12"
    assert not leaf.holds(12)
