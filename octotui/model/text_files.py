"""Text files of all origins: how they are written, read so that all of it can be written again as it was."""

import codecs
import re

import msgspec

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""How a text is written that begins with one of these byte order marks."""

BARE = "utf-16-le", "utf-16-be"
"""What texts without a mark may be in that are full of NULs."""

DECLARED = re.compile(rb"""\b(?:encoding|charset|coding)\s*[=:]\s*["']?([A-Za-z][\w.:-]*)""")
DECLARED_WITHIN = 1024  # bytes from the beginning, as editors and XML have it
WINDOWS = "windows-1252"  # Latin-1, with characters where that has controls nobody uses
CONTROLS = re.compile(r"[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]")  # that no text has; some have bells and colours
MARK = "\ufeff"


class UnwritableText(Exception):
    """A text that the encoding of its file has not all characters for; its own text says so."""


class TextFile(msgspec.Struct, frozen=True):
    """The text of a file, with the byte order mark it has, and its encoding, which may be `assumed`."""

    text: str
    encoding: str = "utf-8"
    assumed: bool = False

    def encoded(self, text: str) -> bytes:
        """Another text written as this one is: what stands in both is the same bytes in both.

        Raises UnwritableText.
        """
        try:
            return text.encode(self.encoding, _errors(self.encoding))
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            raise UnwritableText(
                f"a value in line {line} has a character that there is not in {self.encoding}, which the file"
                " is in; save the file in UTF-8"
            ) from None


def _errors(encoding: str) -> str:
    """How what no character is comes through unchanged, both ways."""
    return "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def text_file(data: bytes, sign: str = "#{") -> TextFile | None:
    """The text of a file whose `sign` somebody looks for; None of one that is no text."""
    if (encoding := _marked(data)) is not None:
        return _read(data, encoding)
    if b"\0" in data:
        bare = (each for each in BARE if re.match(b"(?s:..)*?" + re.escape(sign.encode(each)), data))
        return next((file for each in bare if (file := _read(data, each))), None) or _read(data, "utf-8")
    return _read(data, "utf-8") or _declared(data) or _read(data, WINDOWS, assumed=True)


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS.items() if data.startswith(mark)), None)


def _read(data: bytes, encoding: str, *, assumed: bool = False) -> TextFile | None:
    """The text in an encoding, or None where it is in another; all bytes are something in Windows-1252."""
    errors = _errors(encoding) if assumed or encoding != "utf-8" else "strict"
    try:
        return TextFile(data.decode(encoding, errors), encoding, assumed)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes) -> TextFile | None:
    """The text in the encoding that it names itself, as XML, HTML and Python do, if it is in that one."""
    named = DECLARED.search(data[:DECLARED_WITHIN])
    try:
        encoding = codecs.lookup(named[1].decode()).name if named else ""
        text = data.decode(encoding) if encoding else ""
        return TextFile(text, encoding) if text and text.encode(encoding) == data else None
    except (LookupError, ValueError):
        return None


def decoded(data: bytes) -> str:
    """A text without the mark that says how it is written, else in UTF-8; raises UnicodeDecodeError."""
    return data.decode(_marked(data) or "utf-8").removeprefix(MARK)


def plain_lines(script: str) -> str:
    """A script whose lines end as shells have it, without a byte order mark that was copied into it."""
    return script.removeprefix(MARK).replace("\r\n", "\n").replace("\r", "\n")


def plain_script(data: bytes) -> bytes:
    """A script from a file, as shells have it; one that is no text, as with an archive in it, stays."""
    try:
        text = decoded(data)
    except UnicodeDecodeError:
        return data.replace(b"\r\n", b"\n") if _is_of_windows(data) else data
    return data if "\0" in text else plain_lines(text).encode()


def _is_of_windows(data: bytes) -> bool:
    """Whether it is a text of Windows: all of it is characters, and all of its lines end as there."""
    try:
        text = data.decode(WINDOWS)
    except UnicodeDecodeError:
        return False
    return not CONTROLS.search(text) and text.count("\r\n") == text.count("\r") == text.count("\n")
