import pytest

from octotui.views.model_parts.toml_lines import HIDDEN, toml_lines


def roles(text: str) -> list[tuple[str, str]]:
    """The coloured parts of one line."""
    (spans,) = toml_lines(text)
    assert "".join(part for part, _ in spans) == text
    return [(part.strip(), role) for part, role in spans if role != "plain"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a = 1", [("# a = 1", "muted")]),
        ("[pools.setup] # x", [("[pools.setup]", "lit"), ("# x", "muted")]),
        ("[[runbooks.'a b'.steps]]", [("[[runbooks.'a b'.steps]]", "lit")]),
        ('name = "x # y"', [("name", "active"), ('"x # y"', "good")]),
        ('"a b".c = true', [('"a b".c', "active"), ("true", "waits")]),
        ("a = [1, -2.5, 'x']", [("a", "active"), ("1", "waits"), ("-2.5", "waits"), ("'x'", "good")]),
        ("a = { b = 2026-01-02 }", [("a", "active"), ("b", "active"), ("2026-01-02", "waits")]),
        (r'a = "\"b" # c', [("a", "active"), (r'"\"b"', "good"), ("# c", "muted")]),
        ("this is no toml = = [", [("toml", "active")]),
    ],
)
def test_comments_tables_keys_and_values_are_told_apart(text: str, expected: list[tuple[str, str]]) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize("quotes", ["'''", '"""'])
def test_a_text_of_several_lines_is_one_text(quotes: str) -> None:
    lines = toml_lines(f"a = {quotes}\n[b]\n# c\n{quotes}\n[d]")
    assert [span[-1][1] for span in lines] == ["good", "good", "good", "good", "lit"]
    assert toml_lines(f"a = {quotes}\nb = 1")[1] == (("b = 1", "good"),)


@pytest.mark.parametrize(
    "text",
    [
        'x = { sensitive = "hunter2" }',
        "sensitive='hunter2'",
        'x.sensitive = "hunter2"',
        """"sensitive" = 'hunter2'""",
        "sensitive = '''\nhunter2\n'''",
        "sensitive = hunter2",
        "sensitive = hunter2\n[a]",
        "sensitive = 2222",
    ],
)
def test_v5_a_sensitive_value_that_stands_in_the_text_is_not_shown(text: str) -> None:
    lines = toml_lines(text)
    assert "hunter2" not in str(lines)
    assert "2222" not in str(lines)
    assert HIDDEN in str(lines)
    assert len(lines) == len(text.split("\n"))


def test_where_a_sensitive_value_is_read_is_shown() -> None:
    assert "PASSWORD" in str(toml_lines('x = { sensitive = { env = "PASSWORD" } }'))
    assert "after" in str(toml_lines('sensitive = "a"\nname = "after"'))


@pytest.mark.parametrize("text", ["[", '"', "'''", "a.", "a . ", "[a", "sensitive ", '"\\', "-", "1:", " "])
def test_a_long_line_of_anything_is_read_once(text: str) -> None:
    long = text * 200_000  # minutes, where each of its places led to the end again
    (spans,) = toml_lines(long)
    assert "".join(part for part, _ in spans) == long
