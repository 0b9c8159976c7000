"""Names in steps, and the sets they make (V1)."""

import pytest

from octotui.variables.syntax.names import Names, inner, key_of, sets, steps


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("A", ["A"]),
        ("A.B[c].D", ["A", ".B", "[c]", ".D"]),
        (" A . B [ c d ] ", ["A", ".B", "[c d]"]),
        ("A[b[0].c].d", ["A", "[b[0].c]", ".d"]),
        ("A[b.c][d]", ["A", "[b.c]", "[d]"]),
        ("A[]", ["A", "[]"]),
        ("A..B]", ["A", ".", ".B", "]"]),
    ],
)
def test_v1_steps_of_a_name(path, wanted):
    assert steps(path) == wanted


@pytest.mark.parametrize(
    ("step", "wanted"), [("A", "A"), (".B", "B"), ("[c d]", "c d"), ("[.x]", ".x"), ("[]", ""), (".", "")]
)
def test_v1_what_a_step_names(step, wanted):
    assert inner(step) == wanted


def test_v1_indexed_names_make_sets_at_every_level_with_each_index_once():
    found = sets(["Plain.Name", "P[Web].Ports[A].x", "p[WEB].Ports[b]", "P[Mail]"])
    assert found == {"p": {"web": "Web", "mail": "Mail"}, "p[web].ports": {"a": "A", "b": "b"}}


def test_v1_names_are_found_in_lower_case_and_remember_how_they_were_written():
    names = Names({"Ship": "kraken", "P[Web]": "1"})
    assert dict(names) == {"ship": "kraken", "p[web]": "1"}
    assert names.written == ("Ship", "P[Web]")


@pytest.mark.parametrize(
    ("path", "key"), [("A.B[C]", "a.b[c]"), ("A . B [ C d ]", "a.b[c d]"), ("Two Words", "two words")]
)
def test_v8_a_name_is_found_in_lower_case_without_space_around_its_steps(path, key):
    assert key_of(path) == key
