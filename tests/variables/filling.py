"""Ways to fill in a text for a test: by names as written, or one value through filters."""

from octotui.variables.template import Names, parse

NOW = 1478155991.094644  # 2016-11-03T06:53:11.094644Z


def filled(text, **values):
    """What a text comes to, with what went wrong."""
    return parse(text).fill(Names(values))


def given(values, text):
    """What a text comes to."""
    return parse(text).fill(Names(values)).text


def through(filters, value, **more):
    """A value sent through filters, or None if the tag was left as it was."""
    tag = f"#{{V | {filters}}}"
    found = parse(tag).fill({"v": value, **more}, NOW)
    return None if found.text == tag else found.text
