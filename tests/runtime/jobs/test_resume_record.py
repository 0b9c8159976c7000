import pytest

from octotui.runtime.jobs.resume_record import LONGEST, WARNINGS, ResumeRecord, bounded, decode, encode


def test_a_resume_record_is_one_line_and_comes_back() -> None:
    record = ResumeRecord(
        log=12, warnings=("a\nb",), secrets={"Password": "correct\nhorse"}, sensitive=("x",)
    )
    assert "\n" not in encode(record)
    assert decode(encode(record)) == record
    assert encode(ResumeRecord()) == "{}"


def test_v5_one_of_an_earlier_version_says_what_it_meant_there() -> None:
    """What was masked was not noted then: nothing beside the log tells of it."""
    assert decode('{"log":3}') == ResumeRecord(log=3, notes_spans=False)
    assert decode("{}") == ResumeRecord(log=0, warnings=(), secrets={}, sensitive=(), notes_spans=False)
    assert decode(encode(ResumeRecord(notes_spans=True))) == ResumeRecord(notes_spans=True)


def test_one_that_nobody_understands_is_none() -> None:
    """V5: what cannot be masked must never be shown."""
    assert decode("") is None
    assert decode('{"log": "later"}') is None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"x":' * 100_000,
        '{"log":-1}',
        '{"log":1e300}',
        f'{{"log":{"9" * 5000}}}',
        '{"log":9223372036854775807}',
        '{"secrets":{"a":"\\ud800"}}',
        '{"secrets":[]}',
        "\udcff",
        "\0",
    ],
)
def test_r6_what_a_script_has_put_there_is_none(text: str) -> None:
    assert decode(text) is None


def test_r6_it_says_no_more_than_is_kept() -> None:
    warnings = tuple(f"{number}{'w' * 5000}" for number in range(500))
    kept = decode(encode(ResumeRecord(warnings=warnings)))
    assert kept is not None
    assert kept.warnings == bounded(warnings) == tuple(each[:LONGEST] for each in warnings[:WARNINGS])
