"""Filters on plain text (V1)."""

import hashlib

import pytest

from octotui.variables.filters.text import indent
from octotui.variables.syntax.nodes import LARGEST, TooMuch
from tests.variables.filling import through


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


def test_v1_an_indent_too_large_is_never_made():
    with pytest.raises(TooMuch, match="longer than"):
        indent("\n" * (LARGEST // 255), ("255",))
