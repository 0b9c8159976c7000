from octotui.runtime.memo import Memo, decode, encode


def test_a_memo_is_one_line_and_comes_back() -> None:
    memo = Memo(log=12, warnings=("a\nb",), secrets={"Password": "correct\nhorse"}, sensitive=("x",))
    assert "\n" not in encode(memo)
    assert decode(encode(memo)) == memo
    assert encode(Memo()) == "{}"


def test_one_that_nobody_understands_is_none() -> None:
    """V5: what cannot be masked must never be shown."""
    assert decode("") is None
    assert decode('{"log": "later"}') is None
