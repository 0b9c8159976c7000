from octotui.runtime.jobs.resume_record import ResumeRecord, decode, encode


def test_a_resume_record_is_one_line_and_comes_back() -> None:
    record = ResumeRecord(
        log=12, warnings=("a\nb",), secrets={"Password": "correct\nhorse"}, sensitive=("x",)
    )
    assert "\n" not in encode(record)
    assert decode(encode(record)) == record
    assert encode(ResumeRecord()) == "{}"


def test_one_that_nobody_understands_is_none() -> None:
    """V5: what cannot be masked must never be shown."""
    assert decode("") is None
    assert decode('{"log": "later"}') is None
