import pytest
from hypothesis import given
from hypothesis import strategies as st

from octotui.model.quantities import (
    QuantityError,
    bytes_per_second,
    duration,
    rate,
    seconds,
    size,
    size_in_bytes,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90s", 90.0),
        ("15m", 900.0),
        ("4h", 14400.0),
        ("500ms", 0.5),
        ("1h30m", 5400.0),
        ("1.5s", 1.5),
        ("1d", 86400.0),
        ("0s", 0.0),
    ],
)
def test_durations_are_read(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "90", "s", "-5s", "5 s", "5x", "1h 30m", "٣s", "1e9s", "9" * 400 + "s"])
def test_what_is_no_duration_is_an_error_that_shows_one(text: str) -> None:
    with pytest.raises(QuantityError, match="such as"):
        seconds(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(90, "1m30s"), (5400, "1h30m"), (0.5, "500ms"), (1.25, "1s250ms"), (0, "0s"), (86400, "24h")],
)
def test_durations_are_shown_in_few_units(value: float, text: str) -> None:
    assert duration(value) == text


@given(st.integers(0, 10**10))
def test_a_shown_duration_reads_back(milliseconds: int) -> None:
    assert seconds(duration(milliseconds / 1000)) == milliseconds / 1000


@pytest.mark.parametrize(
    ("text", "value"),
    [("64 KiB/s", 65536), ("1 MB/s", 10**6), ("7B/s", 7), ("1.5 MiB/s", 3 << 19), ("2 GB/s", 2 * 10**9)],
)
def test_rates_are_read(text: str, value: int) -> None:
    assert bytes_per_second(text) == value


@pytest.mark.parametrize(
    "text", ["", "64", "64 KiB", "0 B/s", "0 MB/s", "-1 B/s", "1 iB/s", "1 TB/s", "1 KB /s"]
)
def test_what_is_no_rate_is_an_error_that_shows_one(text: str) -> None:
    with pytest.raises(QuantityError, match="such as"):
        bytes_per_second(text)


@pytest.mark.parametrize(("value", "text"), [(65536, "64 KiB/s"), (10**6, "1 MB/s"), (1001, "1001 B/s")])
def test_rates_are_shown_in_the_largest_unit(value: int, text: str) -> None:
    assert rate(value) == text


@given(st.integers(1, 10**8))
def test_a_shown_rate_reads_back(value: int) -> None:
    assert bytes_per_second(rate(value)) == value


@pytest.mark.parametrize(("text", "value"), [("10 GiB", 10 << 30), ("500 MB", 5 * 10**8), ("7B", 7)])
def test_sizes_are_read_and_shown(text: str, value: int) -> None:
    assert size_in_bytes(text) == value
    assert size_in_bytes(size(value)) == value


@pytest.mark.parametrize("text", ["", "10", "0 B", "1 MB/s"])
def test_what_is_no_size_is_an_error_that_shows_one(text: str) -> None:
    with pytest.raises(QuantityError, match="such as"):
        size_in_bytes(text)
