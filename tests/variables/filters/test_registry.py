"""Every filter is there, whatever its case, and what is said of one that is not (V1)."""

from octotui.variables.filters.registry import FILTERS, FilterArguments, apply, is_null
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
