"""V5: forms of values in what a text says, also where they are divided."""

import base64
import time
from random import Random

import pytest

from octotui.runtime.jobs.masking.finder import SPARE, Finder, pieces
from octotui.runtime.jobs.masking.forms import forms_of
from octotui.runtime.jobs.masking.needles import HEAD
from octotui.runtime.jobs.masking.readings import Reading


def found(value: str, text: bytes) -> list[bytes]:
    spans, _ = Finder([forms_of(value)]).find(Reading(text))
    return sorted({text[start:stop] for start, stop in spans}, key=len)


@pytest.mark.parametrize("value", ["abcde", "hunter22", "correct horse battery staple", "käse" * 20])
@pytest.mark.parametrize("gap", [b"\n", b"\r\n", b"\n    ", b"\n\t", b"\n" + b" " * (SPARE - 1)])
def test_v5_an_encoded_value_is_found_wherever_a_line_ends_in_it(value: str, gap: bytes) -> None:
    """Not within the first four letters, with which many a line ends; a short one is not indented."""
    for letters in (base64.b64encode(value.encode()), value.encode().hex().encode()):
        if len(letters) < 2 * HEAD + 2 and gap not in (b"\n", b"\r\n"):
            continue
        for end in range(4, len(letters)):
            divided = letters[:end] + gap + letters[end:]
            assert divided in found(value, b"<" + divided + b">"), divided


def test_v5_bytes_in_hexadecimal_may_be_divided() -> None:
    value = "correct horse battery staple"
    for gap in (" ", ":"):
        for digits in (value.encode().hex(gap), value.encode().hex(gap).upper()):
            assert found(value, f"<{digits}>".encode())[-1] == digits.encode()
            lines = digits[:45] + "\n        " + digits[45:]
            assert found(value, f"<{lines}>".encode())[-1] == lines.encode()
    assert found("8841", b"38 38 34 31") == [b"38 38 34 31"]


def test_v5_url_safe_letters_are_as_good() -> None:
    value = "".join(chr(each) for each in (0x3E, 0x3F, 0x7F)) * 8
    letters = base64.urlsafe_b64encode(b"x" + value.encode() + b"xx")
    assert b"_" in letters or b"-" in letters
    assert found(value, letters)


def test_v5_a_piece_alone_is_nothing_but_a_trace() -> None:
    forms = forms_of("correct horse battery staple")
    for piece, form, offset in pieces(forms.encoded):
        spans, near = Finder([forms]).find(Reading(b"-- " + piece + b" --"))
        assert spans == []
        assert near
        assert offset < len(form)


def test_v5_around_a_trace_of_several_values_there_is_room_for_the_longest() -> None:
    short = "correct horse"
    long = f"{short} battery staple 123"
    for secrets in ((short, long), (long, short)):
        finder = Finder([forms_of(each) for each in secrets])
        for written in (base64.b64encode(long.encode()), long.encode()):
            _, near = finder.find(Reading(written[:16]))
            assert max(length for _, length in near) == len(written)


def test_v5_where_a_value_is_in_a_part_of_a_text_is_told_for_the_whole() -> None:
    whole = Reading(b"before hunter22 behind")
    assert Finder([forms_of("hunter22")]).find(Reading(whole.text[5:], whole, 5))[0] == [(7, 15)]


def test_v5_text_that_is_like_a_value_everywhere_costs_little() -> None:
    """It is masked rather than compared for ever."""
    long = "a" * 40_000 + "b" + "a" * 40_000
    finder = Finder([forms_of(long)])
    begun = time.process_time()
    assert finder.find(Reading(b"a" * 262_144))[0]
    letters = base64.b64encode(long.encode())[:HEAD]
    finder.find(Reading(letters * 30_000))
    assert time.process_time() - begun < 10
    assert (0, len(long)) in finder.find(Reading(long.encode()))[0]
    text = Random(1).randbytes(200_000)
    assert finder.find(Reading(text)) == ([], [])
