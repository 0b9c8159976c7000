from rich.style import Style

from octotui.ui import styled_text, theme
from octotui.ui.styled_text import cut, length, spread, strip_of, wrapped
from octotui.views.labels import ASCII, UNICODE, Mark

STYLES = {role: Style(bold=role == "strong") for role in (*theme.COLOURS, "gap")}


def text(spans) -> str:
    return "".join(each for each, _ in spans)


def test_what_is_too_wide_ends_in_an_ellipsis():
    spans = [("abc", "plain"), ("defgh", "muted")]
    assert text(cut(spans, 8, UNICODE)) == "abcdefgh"
    assert text(cut(spans, 6, UNICODE)) == "abcde…"
    assert text(cut(spans, 3, UNICODE)) == "ab…"
    assert text(cut(spans, 6, ASCII)) == "abcde~"
    assert text(cut(spans, 0, UNICODE)) == ""
    assert text(cut([("ab", "plain"), ("日本語", "plain")], 6, UNICODE)) == "ab日…"


def test_left_and_right_are_spread_over_the_width():
    assert text(spread([("left", "plain")], [("right", "muted")], 14, UNICODE)) == "left     right"
    assert text(spread([("a long left", "plain")], [("right", "muted")], 14, UNICODE)) == "a long…  right"
    assert text(spread([("left", "plain")], [("right", "muted")], 10, UNICODE)) == "left      "


def test_a_strip_has_the_roles_styles_and_leading_spaces_apart():
    strip = strip_of([("  a", "strong"), ("→", "muted")], STYLES, ASCII)
    assert strip.text == "  a>"
    assert [segment.text for segment in strip] == ["  ", "a", ">"]
    assert strip_of([("a", "strong")], STYLES, UNICODE, Style(reverse=True))._segments[0].style.reverse


def test_t3_a_selected_line_keeps_the_colour_of_its_status():
    styles = theme.role_styles(theme.DARK, Style(bgcolor="black"))
    over = Style(reverse=True, color="white")
    strip = strip_of([("run-1 ", "plain"), ("failed ", "bad"), ("done", "good")], styles, UNICODE, over)
    assert [(each.style.color, each.style.reverse) for each in strip] == [
        (over.color, True),
        (styles["bad"].color, True),
        (styles["good"].color, True),
    ]


def test_leading_spaces_of_a_selected_line_are_apart_too():
    styles = theme.role_styles(theme.DARK, Style(bgcolor="black"))
    over = Style(reverse=True, color="white")
    strip = strip_of([("failed", "bad"), ("  Test", "plain")], styles, UNICODE, over)
    assert [each.text for each in strip] == ["failed", "  ", "Test"]
    assert next(each.style for each in strip if each.text == "  ") == Style(bgcolor="white")


def test_a_sign_is_two_cells():
    assert styled_text.sign(Mark("good", "succeeded", "good"), ASCII) == ("+ ", "good")
    assert styled_text.sign(None, ASCII) == ("  ", "plain")
    assert length([("日本", "plain"), ("a", "plain")]) == 5


def test_texts_wrap_between_words():
    assert wrapped("waits for worker1: run-6 is there", 18) == ["waits for worker1:", "run-6 is there"]
    assert wrapped("unbreakable", 4) == ["unbreakable"]
    assert wrapped("", 4) == [""]
