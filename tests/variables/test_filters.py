"""Every filter: what it makes of a value, and where it has no answer (V1)."""

import hashlib

import pytest

from octotui.variables.filters import FILTERS
from octotui.variables.filters_parts import VERSION_PARTS
from octotui.variables.language import parse

NOW = 1478155991.094644  # 2016-11-03T06:53:11.094644Z
LISTED = """ToLower ToUpper ToBase64 FromBase64 HtmlEscape UriEscape UriDataEscape XmlEscape JsonEscape
YamlSingleQuoteEscape YamlDoubleQuoteEscape PropertiesKeyEscape PropertiesValueEscape Markdown MarkdownToHtml
NowDate NowDateUtc AddHours AddDays Format Match Replace StartsWith EndsWith Contains Substring Truncate
Trim Indent UriPart
VersionMajor VersionMinor VersionPatch VersionPreRelease VersionPreReleasePrefix VersionPreReleaseCounter
VersionRevision VersionMetadata Append Prepend Md5 Sha1 Sha256 Sha384 Sha512 Null"""


def through(filters, value, **more):
    """A value sent through filters, or None if the tag was left as it was."""
    tag = f"#{{V | {filters}}}"
    found = parse(tag).fill({"v": value, **more}, NOW)
    return None if found.text == tag else found.text


def test_v1_every_filter_listed_is_there():
    assert set(LISTED.split()) <= set(FILTERS)


@pytest.mark.parametrize(
    ("filters", "value", "wanted"),
    [
        ("ToLower", "Kraken É", "kraken é"),
        ("toupper", "Kraken é", "KRAKEN É"),
        ("ToUpper | ToLower", "Kraken", "kraken"),
        ("ToUpper x", "Kraken", None),
        ("ToBase64", "Foo Bar", "Rm9vIEJhcg=="),
        ("ToBase64 utf8", "é", "w6k="),
        ("ToBase64 Unicode", "a", "YQA="),
        ("ToBase64 utf7", "a", None),
        ("FromBase64", "Rm9vIEJhcg==", "Foo Bar"),
        ("FromBase64 unicode", "YQA=", "a"),
        ("FromBase64", "!!", None),
        ("Trim", "  a ", "a"),
        ("Trim start", "  a ", "a "),
        ("Trim End", "  a ", "  a"),
        ("Trim middle", "  a ", None),
        ("Truncate 7", "Octopus Deploy", "Octopus..."),
        ("Truncate 7", "abc", "abc"),
        ("Truncate", "abc", None),
        ("Truncate x", "abc", None),
        ("Substring 8 6", "Octopus Deploy", "Deploy"),
        ("Substring 7", "Octopus Deploy", "Octopus"),
        ("Substring 2 3", "Octopus Deploy", "top"),
        ("Substring 9 6", "Octopus Deploy", None),
        ("Substring 15", "Octopus Deploy", None),
        ("Indent", "a\nb", "    a\n    b"),
        ("Indent 2", "a\nb", "  a\n  b"),
        ("Indent /2", "a\nb", "a\n  b"),
        ("Indent 1/2", "a\nb", " a\n  b"),
        ('Indent ">"', "a\nb", ">a\n>b"),
        ('Indent "- " ". "', "a\nb", "- a\n. b"),
        ("Indent 300", "a", "300a"),
        ("Append b", "a", "ab"),
        ('Append " b" c', "a", "a bc"),
        ("Prepend b", "a", "ba"),
        ("Append", "a", None),
        ("Null", "a", ""),
        ("Md5", "", hashlib.md5(b"").hexdigest()),
        ("Sha1", "Bar", hashlib.sha1(b"Bar").hexdigest()),
        ("Sha256", "Bar", hashlib.sha256(b"Bar").hexdigest()),
        ("Sha384", "é", hashlib.sha384("é".encode()).hexdigest()),
        ("Sha512", "Bar", hashlib.sha512(b"Bar").hexdigest()),
        ("Sha256 8", "Bar", hashlib.sha256(b"Bar").hexdigest()[:16]),
        ("Sha256 base64 4", "QmFy", hashlib.sha256(b"Bar").hexdigest()[:8]),
        ("Sha256 4 unicode", "a", hashlib.sha256(b"a\0").hexdigest()[:8]),
        ("Sha256 rot13", "Bar", None),
    ],
)
def test_v1_text(filters, value, wanted):
    assert through(filters, value) == wanted


@pytest.mark.parametrize(
    ("filters", "value", "wanted"),
    [
        ("Replace abc def", "abc", "def"),
        ("Replace abc def", "ABC", "ABC"),
        ("Replace b", "abc", "ac"),
        ("Replace", "abc", None),
        ('Replace "ab c" "d ef"', "ab c", "d ef"),
        ('Replace "[0-9]+" X', "ab12c3", "abXcX"),
        ('Replace "(.)b(.)" "$2X$1"', "abc", "cXa"),
        ('Replace "(?<one>.)b" "${one}$$$&$9"', "abc", "a$ab$9c"),
        ('Replace "^a" x', "ababa", "xbaba"),
        ('Replace "a$" x', "ababa", "ababx"),
        (r'Replace "\\" "\\\\"', r"a\b", r"a\\\\b"),
        ('Replace "(" x', "abc", None),
        ("Replace #{regex}#{with}", 'a"b', '"cb'),
        ("Replace #{regex} _", 'a"b', "_b"),
        ("Match abc", "abc", "true"),
        ("Match def", "abc", "false"),
        ('Match "ab[0-9]+"', "ab12c3", "true"),
        ('Match "["', "abc", None),
        ("Match #{regex}", 'xa"b', "true"),
        ("StartsWith ab", "abc", "true"),
        ("StartsWith Ab", "abc", "false"),
        ("EndsWith bc", "abc", "true"),
        ("EndsWith bC", "abc", "false"),
        ("Contains bc", "abc", "true"),
        ('Contains " b("', "a b(c", "true"),
        ("Contains AbC", "abc", "false"),
        ("Contains", "abc", None),
        ("LessThan 10", "9", "true"),
        ("GreaterThanOrEqual 10", "9.5", "false"),
        ("LessThan 10", "1,000", None),
        ("GreaterThan ten", "9", None),
    ],
)
def test_v1_search(filters, value, wanted):
    assert through(filters, value, regex='a"', **{"with": '"c'}) == wanted


@pytest.mark.parametrize(
    ("filters", "value", "wanted"),
    [
        ("HtmlEscape", "A&'b<c>\"/", "A&amp;&apos;b&lt;c&gt;&quot;&#x2F;"),
        ("XmlEscape", "A&'b<c>\"/", "A&amp;&apos;b&lt;c&gt;&quot;/"),
        ("JsonEscape", 'a"\r\t\n\\', r"a\"\r\t\n\\"),
        ("YamlSingleQuoteEscape", "The bee's", "The bee''s"),
        ("YamlSingleQuoteEscape", "a\n\tb\r\nc", "a\n\n\tb\r\n\r\nc"),
        ("YamlSingleQuoteEscape", "a\n\r\nb", "a\n\n\r\nb"),
        ("YamlDoubleQuoteEscape", 'a"\r\n\t\\', r"a\"\r\n\t\\"),
        ("YamlDoubleQuoteEscape", "章'é", r"\u7ae0'\u00e9"),
        ("YamlDoubleQuoteEscape", "😀", r"\ud83d\ude00"),
        ("PropertiesKeyEscape", " a: \n=\\", r"\ a\:\ \n\=\\"),
        ("PropertiesKeyEscape", "÷ü章", r"÷ü\u7ae0"),
        ("PropertiesValueEscape", " a: \n=\\ ", r"\ a: \n=\\ "),
        ("UriEscape", "A b:c+d/e?é=[1]", "A%20b:c+d/e?%C3%A9=[1]"),
        ("UriDataEscape", "A b:c+d/e~", "A%20b%3Ac%2Bd%2Fe~"),
        ("Markdown", "_yeah!_", "<p><em>yeah!</em></p>\n\n"),
        ("MarkdownToHtml", "~~no~~", "<p><s>no</s></p>\n\n"),
        ("HtmlEscape | Trim", "", ""),
    ],
)
def test_v1_escapes(filters, value, wanted):
    assert through(filters, value) == wanted


def test_v1_markdown_knows_tables_and_bare_addresses():
    html = through("Markdown", "http://octopus.com\n\n|a|b|\n|-|-|\n|c|d|")
    assert '<a href="http://octopus.com">http://octopus.com</a>' in html
    assert "<td>c</td>" in html


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ("NowDateUtc", "2016-11-03T06:53:11.0946440Z"),
        ("NowDateUtc zz", "+00"),
        ("NowDateUtc zzz", "+00:00"),
        ('NowDateUtc "HH dd-MMM-yyyy"', "06 03-Nov-2016"),
        ('NowDateUtc "h:m:s t dddd ff %K"', "6:53:11 A Thursday 09 Z"),
        ("NowDateUtc \"'day' d \\d\"", "day 3 d"),
        ("NowDateUtc #{form}", "2016"),
        ("NowDateUtc | Format DateTimeOffset zz", "+00"),
        ("NowDateUtc | AddHours 1.5", "2016-11-03T08:23:11.0946440Z"),
        ("NowDateUtc | AddDays -4", "2016-10-30T06:53:11.0946440Z"),
        ("NowDateUtc r", "Thu, 03 Nov 2016 06:53:11 GMT"),
        ("NowDateUtc q", None),
        ("NowDateUtc a b", None),
    ],
)
def test_v1_the_time(filters, wanted):
    tag = f"#{{ | {filters}}}"
    found = parse(tag).fill({"form": "yyyy"}, NOW).text
    assert found == (tag if wanted is None else wanted)


def test_v1_without_a_time_there_is_no_date():
    found = parse("#{ | NowDate}").fill({})
    assert (found.text, found.problems) == ("#{ | NowDate}", ("The filter NowDate has no answer here.",))


def test_v1_the_time_here_has_no_offset():
    assert len(parse("#{ | NowDate}").fill({}, NOW).text) == len("2016-11-03T08:53:11.0946448")


@pytest.mark.parametrize(
    ("filters", "value", "wanted"),
    [
        ("Format yyyy", "2030/05/22 09:05:00", "2030"),
        ('Format Date "HH dd-MMM-yyy"', "2030/05/22 09:05:00", "09 22-May-2030"),
        (r"Format DateTime \"HH dd-MMM-yyyy\" ", "2030/05/22 09:05:00", "09 22-May-2030"),
        ('Format "hh:mm:ss tt zz"', "2020-01-01T11:09:38+01:00", "11:09:38 AM +01"),
        ("Format D", "5/22/2030", "Wednesday, May 22, 2030"),
        ("Format G", "22 May 2030 15:04", "5/22/2030 3:04:00 PM"),
        ("Format yyyy", "hello World", None),
        ("AddDays 1", "2020-02-28", "2020-02-29T00:00:00.0000000"),
        ("AddMonths 1", "2021-01-31T10:00:00Z", "2021-02-28T10:00:00.0000000Z"),
        ("AddHours 1", "2020-01-01T00:00:00+02:00", "2020-01-01T01:00:00.0000000+02:00"),
        ("AddDays 9999999", "2020-01-01", None),
        ("AddDays x", "2020-01-01", None),
    ],
)
def test_v1_dates(filters, value, wanted):
    assert through(filters, value) == wanted


@pytest.mark.parametrize(
    ("form", "value", "wanted"),
    [
        ("C", "4.3", "$4.30"),
        ("C", "-1234.565", "-$1,234.57"),
        ("Double C", "23.4", "$23.40"),
        ("F3", "1.2", "1.200"),
        ("N", "1234567.891", "1,234,567.89"),
        ("P1", "0.1234", "12.3%"),
        ("E2", "12345", "1.23E+004"),
        ("G", "1.50", "1.50"),
        ("int D5", "42", "00042"),
        ("Int32 X", "255", "FF"),
        ("int C", "1.5", None),
        ("D5", "42", None),
        ('"0.00"', "1.005", "1.01"),
        ('"#,##0.##"', "1234.5", "1,234.5"),
        ('"000"', "7", "007"),
        ('"0%"', "0.25", "25%"),
        ('"(###) ###-####"', "5551234567", "(555) 123-4567"),
        ('"0.0;(0.0);zero"', "-2", "(2.0)"),
        ('"0.0;(0.0);zero"', "0", "zero"),
        ("\"0 'items'\"", "3", "3 items"),
    ],
)
def test_v1_numbers(form, value, wanted):
    assert through(f"Format {form}", value) == wanted


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("1", "1 0 0 0 - - - -"),
        ("1.2", "1 2 0 0 - - - -"),
        ("1.2.3.4", "1 2 3 4 - - - -"),
        ("1.2.3.4-my-branch.1.2+build10", "1 2 3 4 my-branch.1.2 my branch.1.2 build10"),
        ("v1.2.3.4-branch.1+meta", "1 2 3 4 branch.1 branch 1 meta"),
        ("V1.2.3-branch_hithere", "1 2 3 0 branch_hithere branch hithere -"),
        ("19.0.0.Final", "19 0 0 0 Final Final - -"),
        ("284.0.0-debian_component_based", "284 0 0 0 debian_component_based debian component_based -"),
        ("latest", "0 0 0 0 latest latest - -"),
    ],
)
def test_v1_versions(version, parts):
    assert [through(name, version) or "-" for name in VERSION_PARTS] == parts.split()


@pytest.mark.parametrize(
    ("part", "address", "wanted"),
    [
        ("AbsolutePath", "https://octopus.com/docs", "/docs"),
        ("AbsoluteUri", "https://octopus.com/docs", "https://octopus.com/docs"),
        ("AbsoluteUri", "mailto:a@b.c", "mailto:a@b.c"),
        ("Authority", "https://octopus.com:8443/docs", "octopus.com:8443"),
        ("DnsSafeHost", "https://octopus.com/docs", "octopus.com"),
        ("Fragment", "https://octopus.com/docs#filters", "#filters"),
        ("Host", "https://octopus.com/docs", "octopus.com"),
        ("HostAndPort", "https://octopus.com/docs", "octopus.com:443"),
        ("HostNameType", "https://octopus.com/docs", "Dns"),
        ("HostNameType", "http://[::1]/", "IPv6"),
        ("IsAbsoluteUri", "https://octopus.com/docs", "true"),
        ("IsAbsoluteUri", "docs", "false"),
        ("IsDefaultPort", "https://octopus.com/docs", "true"),
        ("IsFile", "https://octopus.com/docs", "false"),
        ("IsLoopback", "http://127.0.0.1/", "true"),
        ("IsUnc", "https://octopus.com/docs", "false"),
        ("Path", "https://octopus.com/a%20b", "/a b"),
        ("PathAndQuery", "https://octopus.com/docs?filter=faq", "/docs?filter=faq"),
        ("Port", "https://octopus.com/docs", "443"),
        ("Query", "https://octopus.com/docs?filter=faq", "?filter=faq"),
        ("Scheme", "https://octopus.com/docs", "https"),
        ("SchemeAndServer", "https://octopus.com/docs", "https://octopus.com"),
        ("UserInfo", "https://username:password@octopus.com", "username:password"),
        ("Nothing", "https://octopus.com/docs", "[UriPart Nothing error: argument 'Nothing' not supported]"),
        ("", "https://octopus.com/docs", "[UriPart error: no argument given]"),
        ("Host", "http://[::1", "http://[::1"),
    ],
)
def test_v1_addresses(part, address, wanted):
    assert through(f"UriPart {part}", address) == wanted


def test_v1_filters_that_do_not_exist_or_have_no_answer_are_told_once():
    found = parse("#{A | ToBazooka} #{A | toUper 6} #{A | ToBazooka} #{A | Truncate x}").fill({"a": "b"})
    assert found.text == "#{A | ToBazooka} #{A | toUper 6} #{A | ToBazooka} #{A | Truncate x}"
    assert found.unknown == ()
    assert found.problems == (
        "There is no filter ToBazooka.",
        "There is no filter toUper; did you mean ToUpper?",
        'The filter Truncate "x" has no answer here.',
    )


def test_v1_a_missing_value_may_be_added_to():
    found = parse('#{Nobody | Append "x"}#{Nobody | Append "y" | ToUpper}#{Nobody | Null}').fill({})
    assert (found.text, found.unknown) == ("xY", ())
