"""What an archive may hold, and how it is said that it is damaged."""

import errno
import zlib

import pytest

from octotui.store.archives.entries import ArchiveError, Limits, parsing, shown
from octotui.store.cancellation import Cancelled


def test_p4_the_most_depends_on_the_archive() -> None:
    limits = Limits(size=10_000, ratio=10, small=100)
    assert [limits.largest(size) for size in (1, 10, 11, 5000)] == [100, 100, 110, 10_000]


@pytest.mark.parametrize(
    "error",
    [
        zlib.error("bad"),
        OSError("Invalid data stream"),
        OSError(errno.EINVAL, "seek"),
        IndexError(),
        AssertionError(),
        RecursionError(),
    ],
)
def test_r6_whatever_a_library_raises_is_damage(error: Exception) -> None:
    """R6: nothing in an archive ends the server."""
    with pytest.raises(ArchiveError, match=r"^is damaged: ."), parsing():
        raise error


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), Cancelled(), ArchiveError("holds x")])
def test_what_is_no_damage_is_told_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as told, parsing():
        raise error
    assert told.value is error


def test_a_name_in_a_sentence_is_one_line_and_not_too_long() -> None:
    assert shown("a\nb\x1b\u202ec") == "a?b??c"
    assert shown("x" * 500) == "x" * 120 + "…"
