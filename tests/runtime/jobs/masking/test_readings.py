"""What a text says in one language, and where it is written."""

from random import Random

from octotui.runtime.jobs.masking.escapes import ESCAPES
from octotui.runtime.jobs.masking.readings import Letters, Reading, plain, unescaped


def test_a_part_knows_where_it_is_written() -> None:
    text = rb"before \"quoted\" behind"
    (reading,) = unescaped(Reading(text), ESCAPES)
    assert reading.text == b'before "quoted" behind'
    at = reading.text.index(b'"quoted"')
    start, stop = reading.place(at, at + 8)
    assert text[start:stop] == rb"\"quoted\""
    assert reading.place(0, 6) == (0, 6)
    assert text[slice(*reading.place(16, 22))] == b"behind"


def test_escapes_in_escapes_are_undone_twice() -> None:
    said = [each.text for each in unescaped(Reading(b"%2541 and &amp;lt;"), ESCAPES)]
    assert said == [b"%41 and &amp;lt;", b"A and &amp;lt;", b"%2541 and &lt;", b"%2541 and <"]


def test_terminal_codes_are_left_out_first() -> None:
    text = b"\x1b[1mk\x1b[0mra%6Ben"
    reading = plain(Reading(text))
    assert reading.text == b"kra%6Ben"
    (deeper,) = unescaped(reading, ESCAPES)
    assert deeper.text == b"kraken"
    assert text[slice(*deeper.place(0, 6))] == b"k\x1b[0mra%6Ben"
    assert plain(deeper) is deeper


def test_a_part_of_a_text_is_read_like_the_whole() -> None:
    whole = Reading(b"0123456789 %41%42")
    part = Reading(whole.text[11:], whole, 11)
    (reading,) = unescaped(part, ESCAPES)
    assert reading.text == b"AB"
    assert reading.place(1, 2) == (14, 17)


def test_letters_stand_where_they_stand_between_what_divides_them() -> None:
    random = Random(5)
    for _ in range(50):
        text = bytes(random.choices(b"abcXYZ019+/-_ \t\r\n:", k=random.randint(0, 700)))
        letters = Letters(Reading(text))
        kept = [at for at, byte in enumerate(text) if byte not in b" \t\r\n:"]
        assert [letters.place(at, at + 1) for at in range(len(letters.text))] == [(at, at + 1) for at in kept]
        assert letters.text == bytes(text[at] for at in kept).replace(b"-", b"+").replace(b"_", b"/")


def test_a_line_that_ends_within_letters_is_known() -> None:
    letters = Letters(Reading(b"ab\ncd e f\n"))
    assert [letters.breaks(at, 2) for at in range(6)] == [False, True, False, False, False, True]
    assert not Letters(Reading(b"ab\n"), 2).breaks(1, 1)
