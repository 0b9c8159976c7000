"""V5: which byte strings stand for a value."""

from base64 import b64encode

from octotui.runtime.jobs.masking.forms import (
    DERIVED,
    LONG,
    encoded_forms,
    encoded_traces,
    forms_of,
    printed_forms,
    traces,
)


def test_v5_a_value_its_lines_and_what_filters_make_of_it() -> None:
    assert printed_forms("correct horse") == {
        b"correct horse",
        b"correct+horse",
        b"correct%20horse",
        b"correct\\ horse",
    }
    assert {b"line one", b"two", b"three3"} & printed_forms("line one\ntwo\n three3 ") == {
        b"line one",
        b"three3",
    }
    assert b"it''s so" in printed_forms("it's so")


def test_v5_accents_composed_and_decomposed() -> None:
    assert {"größer".encode(), "gro\u0308ßer".encode(), "größer".encode("latin-1")} <= printed_forms("größer")
    assert b64encode("gro\u0308ßer".encode()) in encoded_forms("größer")


def test_v5_what_is_too_short_has_no_forms() -> None:
    for value in ("", "a", "abc"):
        assert forms_of(value) == (frozenset(), frozenset(), {})
    for value in ("abcd", "a&cd", "größ", "12345678"):
        forms = forms_of(value)
        assert all(len(each) >= DERIVED for each in forms.encoded)
        assert all(len(each) >= DERIVED or each.decode("latin-1")[0] in "ag1" for each in forms.printed)


def test_v5_hexadecimal_of_a_short_value_is_taken_as_a_whole() -> None:
    """Six digits are in many numbers."""
    assert b"38383431" in encoded_forms("8841")
    assert b"383431" not in encoded_forms("8841")
    assert b"hunter22".hex()[2:].encode() in encoded_forms("hunter22")


def test_v5_each_way_to_write_a_value_leaves_a_trace_of_it() -> None:
    found = traces("x.hunter22&y")
    assert found is not None
    assert b"hunter22" in found
    assert {b"%68%75%6e", b"\\u0068\\u0075\\u006e", b"&#104;&#117;&#110;", b"\\150\\165\\156"} <= set(found)
    assert traces("%&/%&/%&/") is None
    assert {b"ab\\", b"ab%", b"ab&", b"ab!"} <= set(traces("!!ab!!!!") or ())
    assert traces("!!!!!!ab") is None


def test_v5_a_value_that_is_no_unicode_has_forms_too() -> None:
    """As an environment variable may be."""
    assert b"caf\xe9 noir" in printed_forms("caf\udce9 noir")
    assert b64encode(b"caf\xe9 noir") in encoded_forms("caf\udce9 noir")


def test_v5_the_trace_of_a_value_is_what_few_other_texts_have() -> None:
    """And a long one has a trace at its beginning, and in each line."""
    assert b"x7Kp2" in (traces("postgres://admin:x7Kp2@database/production") or ())
    assert b"correct" in (traces("a correct horse") or ())
    for word in ("ADMIN", "Admin", "admin", "12345", "a1"):
        assert b"correct" in (traces(f"{word} correct") or ()), word
    assert b"abc123" in (traces("-" * 100 + "abc123") or ())
    lines = [f"{'-' * 20}line{number}Abc{'-' * 20}" for number in range(40)]
    found = traces("\n".join(lines)) or {}
    assert {f"line{number}Abc".encode() for number in range(40)} <= set(found)
    assert max(found.values()) <= LONG
    assert traces("-" * 700 + "abc123") is None
    assert max((traces("abc123" + "-" * 700) or {}).values()) == 706


def test_v5_an_encoded_value_that_may_be_escaped_itself_has_a_trace() -> None:
    """As in a URL, where it begins with signs; letters are found as they are."""
    forms = {b"+/+/correctHorse", b"correctHorseBattery", b"+/ab+/cd+/ef+/gh", b"/abc+de/"}
    assert encoded_traces(forms) == {b"correctHorse": 16, b"abc": 8}
