"""R4, V5: what was masked is known again after a crash, and how far that was."""

from pathlib import Path

import pytest

from octotui.store.logs.masked_spans import EarlierSpans, MaskedSpan, append, resume

SPANS = (MaskedSpan(10, 20, 8), MaskedSpan(20, 22, 8), MaskedSpan(21, 30, 4), MaskedSpan(40, 45, 8))
"""40 bytes are 5 + 8 + 8 + 4 shown in the place of 10 to 30, and so on."""


@pytest.mark.parametrize(
    ("shown", "printed", "known"),
    [
        (0, 0, 0),
        (7, 7, 0),
        (10, 10, 0),
        (11, 20, 1),
        (18, 20, 1),
        (19, 22, 3),
        (26, 22, 3),
        (27, 30, 3),
        (30, 30, 3),
        (35, 35, 3),
        (40, 40, 3),
        (41, 45, 4),
        (50, 47, 4),
    ],
)
def test_r4_it_is_known_how_much_was_printed_where_so_much_is_in_a_log(
    tmp_path: Path, shown: int, printed: int, known: int
) -> None:
    """What was noted and did not come into the log any more is noted anew."""
    path = tmp_path / "masked" / "job-1.1-1"
    append(path, SPANS[:2])
    append(path, SPANS[2:])
    assert resume(path, shown) == EarlierSpans(SPANS[:known], printed)
    assert resume(path, shown) == EarlierSpans(SPANS[:known], printed)
    append(path, [MaskedSpan(90, 99, 8)])
    assert resume(path, 10_000).spans == (*SPANS[:known], MaskedSpan(90, 99, 8))


def test_r4_where_nothing_was_masked_all_was_printed_as_it_is(tmp_path: Path) -> None:
    assert resume(tmp_path / "nothing", 33) == EarlierSpans((), 33)


def test_r4_a_row_that_a_crash_has_torn_is_none(tmp_path: Path) -> None:
    path = tmp_path / "job-1.1-1"
    append(path, SPANS)
    with path.open("ab") as file:
        file.write(b"torn")
    assert resume(path, 1000).spans == SPANS
    append(path, [MaskedSpan(2000, 2010, 8)])
    assert len(resume(path, 5000).spans) == 5


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "masked" / "job-1.1-1"
    append(path, SPANS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
