"""Names in archives: validated also as normalized (NFC), and refused where a system could mistake them."""

import re
import unicodedata
from functools import lru_cache

from octotui.store.archives.entries import ArchiveError, shown

LONGEST = 1000  # bytes of a path: with its folder it stays below PATH_MAX
LONGEST_PART = 255  # bytes of a file's name
DEEPEST = 100  # folders

_JOINERS = "\u200c\u200d"  # needed inside words of some languages
_CONTROL = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Categories of control, bidirectional and invisible characters, and of surrogates (invalid bytes)."""
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's default-ignorable characters, which case-insensitive file systems ignore as well."""
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")


def parts_of(name: str) -> tuple[str, ...]:
    """Return the folders and the file of a name, none for the root; raises ArchiveError.

    A backslash is a plain character here, but the name must stay inside also where it separates folders.
    """
    for text in _spellings(name, name):
        if _ABSOLUTE.match(text) or ".." in re.split(r"[/\\]", text):
            raise ArchiveError(f"holds {shown(name)}, which leads outside of it")
        _check_letters(name, text)
    parts = tuple(each for each in name.split("/") if each not in ("", "."))
    if not name:
        raise ArchiveError("holds an entry without a name")
    if any(not each.strip(". ") for each in parts):
        raise ArchiveError(f"holds {shown(name)}, which is no name of a file")
    if any(len(each.encode()) > LONGEST_PART for each in parts) or len(parts) > DEEPEST:
        raise ArchiveError(f"holds {shown(name)}, whose name is too long")
    return parts


def check_target(name: str, target: str) -> None:
    """Raise ArchiveError where a symbolic link's target cannot be one that stays inside."""
    for text in _spellings(name, target):
        if not text or "\\" in text or _ABSOLUTE.match(text):
            raise ArchiveError(f"holds {shown(name)}, a link that leads outside of it")
        _check_letters(name, text)


def _spellings(name: str, text: str) -> tuple[str, str]:
    """Return a text as it is and normalized, both at most LONGEST bytes; raises ArchiveError."""
    both = text, normalized(text) if len(text) <= LONGEST else text  # normalizing takes long
    if any(len(each.encode(errors="surrogatepass")) > LONGEST for each in both):
        raise ArchiveError(f"holds {shown(name)}, whose name is too long")
    return both


def _check_letters(name: str, text: str) -> None:
    if any(unicodedata.category(each) in _CONTROL and each not in _JOINERS for each in text):
        raise ArchiveError(f"holds {shown(name)}, whose name has control characters, or is no text in UTF-8")


def normalized(text: str) -> str:
    """Return a name in NFC, in which names are compared."""
    return unicodedata.normalize("NFC", text)


@lru_cache(4096)
def folded(part: str) -> str:
    """Return a name as file systems see it that ignore case, compatibility forms, or dots at the end."""
    plain = unicodedata.normalize("NFD", _IGNORED.sub("", part)).casefold()
    return unicodedata.normalize("NFD", plain).rstrip(". ") or part
