"""Every filter is there, whatever its case, and what is said of one that is not (V1)."""

import time

import pytest

from octotui.variables.filters.registry import FILTERS, FilterArguments, apply, is_null, searches, work_of
from octotui.variables.template import parse

LISTED = """ToLower ToUpper ToBase64 FromBase64 HtmlEscape UriEscape UriDataEscape XmlEscape JsonEscape
YamlSingleQuoteEscape YamlDoubleQuoteEscape PropertiesKeyEscape PropertiesValueEscape Markdown MarkdownToHtml
NowDate NowDateUtc AddHours AddDays Format Match Replace StartsWith EndsWith Contains Substring Truncate
Trim Indent UriPart
VersionMajor VersionMinor VersionPatch VersionPreRelease VersionPreReleasePrefix VersionPreReleaseCounter
VersionRevision VersionMetadata Append Prepend Md5 Sha1 Sha256 Sha384 Sha512 Null"""


def test_v1_every_filter_listed_is_there():
    assert set(LISTED.split()) <= set(FILTERS)


def test_v1_filters_that_do_not_exist_or_have_no_answer_are_told_once():
    found = parse("#{A | ToBazooka} #{A | toUper 6} #{A | ToBazooka} #{A | Truncate x}").fill({"a": "b"})
    assert found.text == "#{A | ToBazooka} #{A | toUper 6} #{A | ToBazooka} #{A | Truncate x}"
    assert found.unknown == ()
    assert found.problems == (
        "There is no filter ToBazooka.",
        "There is no filter toUper; did you mean ToUpper?",
        'The filter Truncate "x" has no answer here.',
    )


def test_v1_a_filter_is_found_whatever_its_case():
    notes = []
    assert apply("tOuPPER", FilterArguments("a"), True, notes.append) == "A"
    assert notes == []


def test_v1_no_answer_to_no_value_is_not_told():
    notes = []
    assert apply("ToUpper", FilterArguments(None), False, notes.append) is None
    assert notes == []
    assert apply("Truncate", FilterArguments("a", ("x",)), True, notes.append) is None
    assert notes == ['The filter Truncate "x" has no answer here.']


def test_v1_null_takes_a_value_away_and_is_no_complaint():
    found = parse("<#{A | NULL}><#{A | Null | Append b}>").fill({"a": "x"})
    assert (found.text, found.problems) == ("<><b>", ())
    assert is_null("nULL")
    assert not is_null("")


@pytest.mark.parametrize(
    ("name", "text", "options", "now"),
    [
        ("Format", "0001-01-01T00:00:00+14:00", ("r",), None),
        ("Format", "0001-01-01", ("datetime", "zzz"), None),
        ("Format", "1.5", ("0." + "0" * 300,), None),
        ("Format", "1.5", ("0" * 100_000,), None),
        ("NowDate", None, (), -1e12),
        ("NowDateUtc", None, (), 1e20),
        ("UriPart", "http://[::1", ("host",), None),
        ("Match", "a", ("(?:" * 5000 + ")" * 5000,), None),
    ],
)
def test_v1_no_filter_fails_in_another_way_than_to_have_no_answer(name, text, options, now):
    notes = []
    start = time.process_time()
    answer = apply(name, FilterArguments(text, options, now), True, notes.append)
    assert answer is None or isinstance(answer, str)
    assert len(notes) == (answer is None)
    assert time.process_time() - start < 1.0


def test_v1_work_grows_with_what_a_filter_is_given():
    small, large = FilterArguments("a"), FilterArguments("a" * 1000)
    for name in FILTERS:
        assert 0 < work_of(name, small) < work_of(name, large)
    assert work_of("toBazooka", small) > work_of("toupper", small)
    linked = FilterArguments("http://a." * 1000)
    assert work_of("Markdown", linked) > 3 * work_of("Markdown", FilterArguments("a" * 9000))
    assert [name for name in FILTERS if searches(name)] == ["Match", "Replace"]
