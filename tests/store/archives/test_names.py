"""P4: names are normalized, and refused where any system could take them for something else."""

import pytest

from octotui.store.archives import names
from octotui.store.archives.entries import ArchiveError
from octotui.store.archives.names import check_target, folded, normalized, parts_of


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a/b", ("a", "b")),
        ("./a//b/", ("a", "b")),
        ("./", ()),
        (".", ()),
        ("a..b/..c/d..", ("a..b", "..c", "d..")),
        ("e\u0301/\u212a", ("e\u0301", "\u212a")),
        ("\\x2d", None),
        ("a\\x2d", ("a\\x2d",)),
        ("\u2024\u2024/a", ("\u2024\u2024", "a")),  # what looks like dots is none
        ("\U0001f469\u200d\U0001f4bb", ("\U0001f469\u200d\U0001f4bb",)),
    ],
)
def test_p4_the_parts_of_a_name(name: str, parts: tuple[str, ...] | None) -> None:
    if parts is None:
        with pytest.raises(ArchiveError, match="leads outside of it"):
            parts_of(name)
    else:
        assert parts_of(name) == parts


def test_p4_what_is_too_long_is_not_normalized_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """P4: putting a long row of accents in order takes a time that grows with its square."""
    with monkeypatch.context() as patched:
        patched.setattr(names.unicodedata, "normalize", lambda form, text: pytest.fail(text))
        with pytest.raises(ArchiveError, match="whose name is too long"):
            parts_of("a" + "\u0301\u0323" * 100_000)
        with pytest.raises(ArchiveError, match="whose name is too long"):
            check_target("link", "a" * 1001)


def test_p4_a_name_that_grows_when_it_is_normalized_is_measured_then() -> None:
    with pytest.raises(ArchiveError, match="whose name is too long"):
        parts_of("/".join(["\U0001d160" * 20] * 12)[:330])


def test_p4_names_that_are_one_to_some_file_systems() -> None:
    groups = [
        ("Tool", "tool", "TOOL", "to\u00adol", "tool.", "tool. ."),
        ("stra\u00dfe", "STRASSE"),
        ("\u00e9", "e\u0301", "\u00c9"),
        ("\u03c3", "\u03c2", "\u03a3"),
        (".git", ".g\u200cit", ".GIT"),
        ("a\ufe0f", "A"),
    ]
    for group in groups:
        assert len(set(map(folded, group))) == 1
    assert len({folded(group[0]) for group in groups}) == len(groups)
    assert folded("\u200d") == "\u200d"


def test_p4_names_are_compared_in_one_form() -> None:
    assert normalized("e\u0301/\u212a") == normalized("\u00e9/K")
    check_target("link", "./a/../e\u0301")
