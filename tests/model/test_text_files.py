"""Text files of all origins (V1)."""

import codecs
import gzip

import pytest

from octotui.model.text_files import TextFile, UnwritableText, decoded, plain_lines, plain_script, text_file

TEXT = "<é #{Name}>\r\nlast"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le"),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF16_LE + "#{Name}".encode("utf-16-le") + b"\x3d\xd8", "utf-16-le"),
        (TEXT.encode("latin-1"), "windows-1252"),
        (b"\x80\x81\x8d #{Name}\n\xff", "windows-1252"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9#{Name}\x80</a>', "iso8859-1"),
        (b"# -*- coding: koi8-r -*-\n\xc1#{Name}", "koi8-r"),
        (b'<?xml encoding="utf-8"?>\xe9#{Name}', "windows-1252"),
        (b"encoding=base64 \xe9#{Name}", "windows-1252"),
        (b"encoding=nothing \xe9#{Name}", "windows-1252"),
    ],
)
def test_v1_of_a_text_only_what_is_filled_in_becomes_other_bytes(data: bytes, encoding: str) -> None:
    file = text_file(data)
    assert file is not None
    assert file.encoding == encoding
    assert file.encoded(file.text) == data
    written, name = file.encoded(file.text.replace("#{Name}", "Ann")), "#{Name}".encode(encoding)
    assert written == data.replace(name, "Ann".encode(encoding))
    assert written != data


def test_v1_an_encoding_is_assumed_where_nothing_says_it() -> None:
    assert [
        file.assumed for data in (b"\xe9", "é".encode(), b"coding: latin-1 \xe9") if (file := text_file(data))
    ] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("data", [b"\xff\0#{Name}", codecs.BOM_UTF16_LE + b"a", b"\x89PNG\0\xfe"])
def test_what_is_no_text(data: bytes) -> None:
    assert text_file(data) is None


def test_a_nul_in_a_text_in_utf_8_is_a_character() -> None:
    assert text_file(b"a\0#{Name}") == TextFile("a\0#{Name}")


def test_v1_what_an_encoding_has_no_character_for_is_told_with_its_line() -> None:
    with pytest.raises(
        UnwritableText, match="a value in line 2 has a character that there is not in iso8859-1,"
    ):
        TextFile("", "iso8859-1").encoded("é\n€")
    assert TextFile("", "windows-1252").encoded("é€") == b"\xe9\x80"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a", "a"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "é"),
        (codecs.BOM_UTF32_LE + "é".encode("utf-32-le"), "é"),
    ],
)
def test_v1_a_script_has_no_byte_order_mark(data: bytes, text: str) -> None:
    assert decoded(data) == text


@pytest.mark.parametrize("data", [b"\xe9", codecs.BOM_UTF16_LE + b"a"])
def test_a_script_in_no_encoding_that_it_says_is_refused(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decoded(data)


def test_v1_lines_of_scripts_end_as_shells_have_it() -> None:
    assert plain_lines("\ufeffa\r\nb\rc\n\ufeff") == "a\nb\nc\n\ufeff"
    assert plain_script(codecs.BOM_UTF16_LE + "é\r\n".encode("utf-16-le")) == "é\n".encode()
    assert plain_script(b"# \xe9\r\necho \x1b[1m\r\n") == b"# \xe9\necho \x1b[1m\n"


@pytest.mark.parametrize(
    "payload",
    [
        b"\x80\r\n\x81\r",
        b"\x80\r\n\x82\r",
        b"\x80\r\n\x82\n",
        b"\x80\x01\r\n",
        b"\0\r\n",
        gzip.compress(b"\r\n" * 3, mtime=0) + b"\r\n",
        b"\x89PNG\r\n\x1a\n",
    ],
)
@pytest.mark.parametrize("script", [b"tail -n +3 $0\nexit 0\n", b"\xef\xbb\xbfexit 0\r\n"])
def test_v1_what_stands_behind_a_script_that_extracts_itself_keeps_its_bytes(
    script: bytes, payload: bytes
) -> None:
    assert plain_script(script + payload) == script + payload
