"""Filters that write a text for other languages, and Markdown (V1)."""

import pytest

from tests.variables.filling import through


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
