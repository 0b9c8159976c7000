"""Encodings of text files: detection, and a lossless round trip of decoding and encoding."""

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
"""Encodings by their byte order mark."""

BARE = "utf-16-le", "utf-16-be"
"""Candidate encodings of texts with NULs and no byte order mark."""

DECLARED = re.compile(rb"""\b(?:encoding|charset|coding)\s*[=:]\s*["']?([A-Za-z][\w.:-]*)""")
DECLARED_WITHIN = 1024  # bytes from the beginning, as editors and XML have it
WINDOWS = "windows-1252"  # a superset of the printable characters of Latin-1
CONTROLS = re.compile(r"[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]")  # never in text; BEL and ESC (colours) may be
MARK = "\ufeff"


class UnwritableText(Exception):
    """Raised for a text with characters that the encoding of its file lacks."""


class TextFile(msgspec.Struct, frozen=True):
    """The text of a file, its byte order mark included, and its encoding, which may be `assumed`."""

    text: str
    encoding: str = "utf-8"
    assumed: bool = False

    def encoded(self, text: str) -> bytes:
        """Encode another text as this file is: characters in both texts have the same bytes.

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
    """Return the error handler that round-trips undecodable bytes in an encoding."""
    return "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def text_file(data: bytes, sign: str = "#{") -> TextFile | None:
    """Decode a file by its detected encoding, or return None for a binary one; `sign` helps detect UTF-16."""
    if (encoding := _marked(data)) is not None:
        return _read(data, encoding)
    if b"\0" in data:
        bare = (each for each in BARE if re.match(b"(?s:..)*?" + re.escape(sign.encode(each)), data))
        return next((file for each in bare if (file := _read(data, each))), None) or _read(data, "utf-8")
    return _read(data, "utf-8") or _declared(data) or _read(data, WINDOWS, assumed=True)


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS.items() if data.startswith(mark)), None)


def _read(data: bytes, encoding: str, *, assumed: bool = False) -> TextFile | None:
    """Decode a text, or return None if it is not in this encoding."""
    errors = _errors(encoding) if assumed or encoding != "utf-8" else "strict"
    try:
        return TextFile(data.decode(encoding, errors), encoding, assumed)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes) -> TextFile | None:
    """Decode a text by its encoding declaration, as in XML, HTML and Python, or return None."""
    named = DECLARED.search(data[:DECLARED_WITHIN])
    try:
        encoding = codecs.lookup(named[1].decode()).name if named else ""
        text = data.decode(encoding) if encoding else ""
        return TextFile(text, encoding) if text and text.encode(encoding) == data else None
    except (LookupError, ValueError):
        return None


def decoded(data: bytes) -> str:
    """Decode by the byte order mark, which is removed, or else as UTF-8. Raises UnicodeDecodeError."""
    return data.decode(_marked(data) or "utf-8").removeprefix(MARK)


def plain_lines(script: str) -> str:
    """Normalize line endings to LF and remove a leading byte order mark."""
    return script.removeprefix(MARK).replace("\r\n", "\n").replace("\r", "\n")


def plain_script(data: bytes) -> bytes:
    """Normalize a script's line endings and byte order mark; leave binary content, such as an archive."""
    try:
        text = decoded(data)
    except UnicodeDecodeError:
        return data.replace(b"\r\n", b"\n") if _is_of_windows(data) else data
    return data if "\0" in text else plain_lines(text).encode()


def _is_of_windows(data: bytes) -> bool:
    """Return whether the data is Windows-1252 text with CRLF line endings throughout."""
    try:
        text = data.decode(WINDOWS)
    except UnicodeDecodeError:
        return False
    return not CONTROLS.search(text) and text.count("\r\n") == text.count("\r") == text.count("\n")
