import typing
import unicodedata

import pytest
from rich.cells import cell_len

from octotui.engine.state import Health, JobState, RunState, StepState
from octotui.views import labels
from octotui.views.labels import (
    ASCII,
    GLYPHS,
    UNICODE,
    acquire_text,
    counted,
    duration,
    listed,
    ordinal,
    size,
    unstopped,
)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0s"), (-3, "0s"), (12.9, "12s"), (133, "2m13s"), (7985, "2h13m"),
        (86400 * 3 + 4 * 3600 + 600, "3d04h"), (86400 * 400, "400d"),
    ],
)  # fmt: skip
def test_durations_have_their_units(seconds, told):
    assert duration(seconds) == told


def test_places_in_a_line():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 112)] == [
        "first", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "112th",
    ]  # fmt: skip


def test_names_in_a_sentence():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "a"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed("abcdef") == "a, b and 4 more"
    assert listed(["a", "b"], last="or") == "a or b"


def test_numbers_of_things():
    assert counted(1, "run") == "1 run"
    assert counted(2, "run") == "2 runs"
    assert counted(2, "waits", "wait") == "2 wait"


def test_every_state_has_glyph_word_and_role():
    assert set(labels.RUNS) == set(typing.get_args(RunState))
    assert set(labels.JOBS) == set(typing.get_args(JobState))
    assert set(labels.STEPS) == set(typing.get_args(StepState))
    assert set(labels.HEALTH) == {*typing.get_args(Health), "disabled", "lost", "unknown"}
    marks = [*labels.RUNS.values(), *labels.JOBS.values(), *labels.STEPS.values(), *labels.HEALTH.values()]
    assert all(mark.word and mark.sign in UNICODE.signs for mark in marks)


def test_states_that_differ_look_different_without_colour():
    for states in (labels.RUNS, labels.JOBS, labels.STEPS):
        for glyphs in GLYPHS.values():
            assert len({(glyphs.sign(mark.sign), mark.word) for mark in states.values()}) == len(states)


@pytest.mark.parametrize("glyphs", GLYPHS.values(), ids=GLYPHS)
def test_every_sign_is_one_cell_wide(glyphs):
    assert set(glyphs.signs) == set(typing.get_args(labels.Sign))
    assert all(cell_len(sign) == 1 for sign in (*glyphs.signs.values(), glyphs.here, glyphs.rule))
    assert cell_len(glyphs.next) == 1
    assert all(unicodedata.east_asian_width(sign) != "W" for sign in glyphs.signs.values())


def test_the_ascii_set_is_ascii():
    assert all(text.isascii() for text in (*ASCII.signs.values(), ASCII.here, ASCII.rule, ASCII.next))
    assert ASCII.text("│  ├ “Dump” · 1 → 2…") == '|  | "Dump" - 1 > 2~'
    assert UNICODE.text("│ “Dump”") == "│ “Dump”"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (12_600, "12 KiB"), (1_048_575, "1024 KiB"),
        (1 << 20, "1.0 MiB"), (94 << 20, "94 MiB"), (3 << 30, "3.0 GiB"), (5000 << 30, "5000 GiB"),
    ],
)  # fmt: skip
def test_sizes_are_short(number, told):
    assert size(number) == told


@pytest.mark.parametrize("glyphs", GLYPHS.values(), ids=GLYPHS)
def test_a_bar_is_as_long_as_it_should_be_and_full_at_the_end_alone(glyphs):
    done, left = glyphs.bar
    assert cell_len(done) == cell_len(left) == 1
    assert [glyphs.progress(percentage, 4) for percentage in (0, 50, 99, 100)] == [
        ("", left * 4), (done * 2, left * 2), (done * 3, left), (done * 4, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Connection refused.", "Connection refused"),
        ("exit code 3", "exit code 3"),
        ("it goes on...", "it goes on..."),
        ("", ""),
    ],
)
def test_a_sentence_that_another_part_follows_has_no_full_stop(sentence, told):
    assert unstopped(sentence) == told


@pytest.mark.parametrize("glyphs", GLYPHS.values(), ids=GLYPHS)
def test_signs_marks_and_folds_are_distinct(glyphs):
    signs = {each: sign for each, sign in glyphs.signs.items() if each != "idle"}  # pending looks the same
    each = [
        *signs.values(),
        *glyphs.fold,
        glyphs.marked,
        glyphs.here,
        glyphs.next,
    ]
    assert len({*each}) == len(each)


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        ((("tools", "1.2.0"),), "acquire tools 1.2.0"),
        ((("container:alpine", ""),), "pull alpine"),
        ((("container:alpine:3", f"sha256:{'ab' * 32}"),), "pull alpine:3 (sha256:abababababab)"),
        ((("a", "1"), ("container:x", ""), ("b", "2")), "acquire a 1, b 2 and pull x"),
        ((), "acquire packages"),
    ],
)
def test_s8_packages_are_acquired_and_images_pulled(packages, told):
    assert acquire_text(packages, ("acquire", "pull")) == told


def test_s8_where_versions_are_not_said_a_digest_still_tells_images_apart():
    packages = (("tools", "1.2.0"), ("container:x", "sha256:1234"))
    text = acquire_text(packages, ("acquiring", "pulling"), versions=False)
    assert text == "acquiring tools and pulling x (sha256:1234)"
