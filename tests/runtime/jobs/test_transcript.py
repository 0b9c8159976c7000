"""What a script says beside what it prints."""

import asyncio
import os
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from octotui.engine.state import Artifact, Outcome
from octotui.runtime.jobs.transcript import (
    ARTIFACTS,
    HIGHLIGHTS,
    LONGEST,
    MASKED,
    NAME,
    OUTPUTS,
    ROOM,
    WARNINGS,
    Transcript,
)
from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDERR, STDOUT
from octotui.workers.local.workspace_files import LocalWorkspaceFiles

DONE = Outcome(state="succeeded", exit_code=0)
FAILED = Outcome(state="failed", exit_code=1, reason="exit code 1")


def said(name: str, /, **values: str) -> bytes:
    pairs = "".join(f" {key}='{b64encode(value.encode()).decode()}'" for key, value in values.items())
    return f"##octopus[{name}{pairs}]\n".encode()


def told(
    *chunks: bytes, secrets: tuple[str, ...] = (), outcome: Outcome = DONE
) -> tuple[bytes, Transcript, Outcome]:
    log: list[bytes] = []
    transcript = Transcript(lambda text, turns: log.append(text), secrets)
    for chunk in chunks:
        transcript(chunk)
    ended = transcript.ended(outcome)
    return b"".join(log), transcript, ended


def test_output_variables_come_with_the_outcome_and_leave_no_trace_in_the_log() -> None:
    """V7: also cut anywhere."""
    text = b"before\n" + said("setVariable", name="Address", value="10.0.0.7") + b"after\n"
    for cut in range(len(text)):
        log, _, outcome = told(text[:cut], text[cut:])
        assert log == b"before\nafter\n"
        assert outcome.outputs == {"Address": "10.0.0.7"}


def test_sensitive_output_is_masked_and_kept_apart() -> None:
    """V5: the outcome goes into the journal, so it does not hold it."""
    text = said("setVariable", name="Token", value="hunter22", sensitive="True") + b"it is hunter22\n"
    log, transcript, outcome = told(text)
    assert log == b"it is ********\n"
    assert (outcome.outputs, transcript.sensitive) == ({}, {"Token": "hunter22"})
    assert outcome.secrets == ("Token",)


def test_v5_names_of_sensitive_outputs_are_told_where_they_hold_something_and_give_nothing_away() -> None:
    values = {
        "Token": "hunter22",
        "Empty": "",
        "of hunter22": "another",
        "late one": "third",
        "T": "late one",
    }
    text = b"".join(
        said("setVariable", name=name, value=value, sensitive="True") for name, value in values.items()
    )
    _, transcript, outcome = told(text)
    assert transcript.sensitive == values
    assert outcome.secrets == ("Token", "T")


def test_what_holds_a_secret_is_as_sensitive() -> None:
    """V5."""
    _, transcript, outcome = told(
        said("setVariable", name="Url", value="http://u:hunter22@x"), secrets=("hunter22",)
    )
    assert (outcome.outputs, list(transcript.sensitive)) == ({}, ["Url"])


def test_warnings_are_lines_said_at_that_level() -> None:
    """S7: once each, masked, and what is said afterwards is none."""
    text = said("stdout-warning") + b"low on hunter22\nlow on hunter22\n" + said("stdout-default") + b"fine\n"
    log, _, outcome = told(text[:30], text[30:], secrets=("hunter22",))
    assert outcome.warnings == ("low on ********",)
    assert log == b"low on ********\nlow on ********\nfine\n"


def test_a_script_says_why_it_failed() -> None:
    """V7: fail_step; its exit code decides whether it has."""
    text = said("resultMessage", message="no room for hunter22")
    failed = Outcome(state="failed", exit_code=1, reason="exit code 1")
    assert told(text, secrets=("hunter22",), outcome=failed)[2].reason == "no room for ********"
    assert told(text)[2].reason == ""


def test_a_broken_message_is_a_warning() -> None:
    """V7."""
    log, _, outcome = told(b"##octopus[setVariable name='?' value='?']\n")
    assert log
    assert len(outcome.warnings) == 1


def test_a_broken_message_names_its_part_and_stays_visible() -> None:
    """V7: Base64 that is none."""
    line = b"##octopus[setVariable name='QQ' value='QQ==']\n"
    log, _, outcome = told(b"a\n" + line + b"b\n")
    assert log == b"a\n" + line + b"b\n"
    assert outcome.warnings == ("the name of the service message setVariable is not text in Base64",)
    assert outcome.outputs == {}


def test_warnings_and_output_variables_have_room_up_to_a_limit() -> None:
    """V7: what a script says without end stays in its output alone."""
    text = said("stdout-warning") + said("stdout-default")
    warned = b"".join(said("stdout-warning") + b"w%d\n" % n + said("stdout-default") for n in range(5000))
    _, _, outcome = told(text + warned)
    assert len(outcome.warnings) == WARNINGS + 1
    assert outcome.warnings[-1] == "there are more warnings, in the output alone"
    large = "x" * (1 << 18)
    _, _, outcome = told(*(said("setVariable", name=f"V{n}", value=large) for n in range(100)))
    assert len(outcome.outputs) == ROOM // len(large) - 1
    assert outcome.warnings == ("output variables of more than 16 MiB were not set",)


def highlight(text: bytes) -> bytes:
    return said("stdout-highlight") + text + b"\n" + said("stdout-default")


def test_highlights_are_kept_by_line() -> None:
    """V7: masked, wherever the output was cut."""
    text = b"a\n" + highlight(b"see  http://x \n\n the token is hunter22") + b"b\n"
    for cut in range(len(text)):
        _, _, outcome = told(text[:cut], text[cut:], secrets=("hunter22",))
        assert outcome.highlights == ("see  http://x", " the token is ********")
        assert outcome.state == "succeeded"
        assert outcome.warnings == ()


def test_highlights_have_a_limit_and_what_is_cut_gives_no_secret_away() -> None:
    """V5, V7."""
    _, _, outcome = told(*(highlight(b"%d" % number) for number in range(HIGHLIGHTS + 5)))
    assert outcome.highlights == tuple(str(number) for number in range(HIGHLIGHTS))
    for before in range(LONGEST - 10, LONGEST + 1):
        _, _, outcome = told(highlight(b"." * before + b"hunter22 and more"), secrets=("hunter22",))
        (kept,) = outcome.highlights
        assert kept.rstrip("*").strip(".") == ""
        assert len(kept) <= LONGEST + len("********")


def test_a_level_that_the_script_never_ends_ends_with_it() -> None:
    """V7."""
    assert told(said("stdout-warning") + b"at the end")[2].warnings == ("at the end",)


def test_a_level_of_the_other_stream_changes_nothing() -> None:
    """V7: both come as one here, so only what is said of stdout counts."""
    text = said("stdout-warning") + b"one\n" + said("stderr-progress") + b"two\n" + said("stdout-default")
    assert told(text)[2].warnings == ("one", "two")


def test_the_log_knows_where_levels_begin() -> None:
    """V7: also cut anywhere, and masked."""
    text = b"a hunter22\n" + highlight(b"b hunter22") + b"c\n" + said("stdout-wait") + b"d\n"
    for cut in range(len(text)):
        found: list[tuple[int, str]] = []
        log = bytearray()

        def keep(piece: bytes, turns: Sequence[LevelChange], log=log, found=found) -> None:  # type: ignore[no-untyped-def]
            found.extend((len(log) + at, level) for at, level in turns)
            log += piece

        transcript = Transcript(keep, ("hunter22",))
        transcript(text[:cut])
        transcript(text[cut:])
        transcript.ended(DONE)
        assert log == b"a ********\nb ********\nc\nd\n"
        assert found == [(11, "highlight"), (22, "default"), (24, "wait")]


def test_progress_is_told_as_it_is_said() -> None:
    """V5, V7: masked, and short."""
    heard: list[tuple[int, str]] = []
    transcript = Transcript(
        lambda text, turns: None,
        ("hunter22",),
        lambda percentage, message: heard.append((percentage, message)),
    )
    transcript(said("progress", percentage="40", message="with hunter22"))
    transcript(said("progress", percentage="250", message="a\nb " + "x" * 5000))
    transcript(said("progress", percentage="half", message="?"))
    assert heard[0] == (40, "with ********")
    assert heard[1] == (100, "a b " + "x" * 196)
    assert len(heard) == 2


def kept(
    place: Path, *wanted: tuple[str, str], secrets: tuple[str, ...] = ()
) -> tuple[list[str], tuple[Artifact, ...], tuple[str, ...]]:
    """What is in the folder, and what the outcome says, once a script has wanted files kept."""
    (place / "job").mkdir(exist_ok=True)
    transcript = Transcript(lambda text, turns: None, secrets)
    for path, name in wanted:
        transcript(said("createArtifact", path=path, name=name))
    asyncio.run(transcript.keep_artifacts(LocalWorkspaceFiles(str(place / "job")), place / "kept"))
    outcome = transcript.ended(DONE)
    there = sorted(each.name for each in place.glob("kept/*"))
    return there, outcome.artifacts, outcome.warnings


def test_artifacts_are_kept_when_the_script_is_over(tmp_path: Path) -> None:
    """V7: by a path in its directory, or any other that the script could read itself."""
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "a.txt").write_text("four")
    (tmp_path / "beside.txt").write_text("six666")
    wanted = (("a.txt", "a.txt"), ("../beside.txt", "b"), (str(tmp_path / "beside.txt"), "a.txt"))
    there, artifacts, warnings = kept(tmp_path, *wanted)
    assert artifacts == (Artifact("a.txt", 4), Artifact("b", 6), Artifact("a-2.txt", 6))
    assert there == ["a-2.txt", "a.txt", "b"]
    assert warnings == ()


def test_what_cannot_be_kept_is_a_warning(tmp_path: Path) -> None:
    """V7: the script's exit code decides, not its artifacts."""
    os.mkfifo(tmp_path / "pipe")
    there, artifacts, warnings = kept(tmp_path, ("../pipe", "p"), ("gone", "g"), (".", "d"), ("a\0b", "z"))
    assert (there, artifacts) == ([], ())
    assert warnings == (
        "the artifact p was not kept: it is a pipe or device, and only ordinary files are kept",
        "the artifact g was not kept: No such file or directory",
        "the artifact d was not kept: it is a folder, and only ordinary files are kept",
        "the artifact z was not kept: its path is no path of this machine",
    )


def test_names_of_artifacts_are_masked_and_lead_nowhere_else(tmp_path: Path) -> None:
    """V5, V7."""
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "a").write_text("x")
    there, artifacts, _ = kept(tmp_path, ("a", "../../hunter22/x"), secrets=("hunter22",))
    assert there == [".._.._********_x"] == [artifacts[0].name]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["job", "kept"]


def test_an_endless_row_of_artifacts_is_cut(tmp_path: Path) -> None:
    """V7."""
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "a").write_text("x")
    there, artifacts, warnings = kept(tmp_path, *[("a", "a")] * (ARTIFACTS + 3))
    assert len(there) == len(artifacts) == ARTIFACTS
    assert warnings == (f"artifacts beyond the first {ARTIFACTS} were not kept",)


def test_an_artifact_is_not_lost_in_silence() -> None:
    """V7: an executor that cannot reach a job's files says so."""
    _, _, outcome = told(said("createArtifact", path="report.txt", name="report.txt"))
    assert outcome.warnings == ("the artifact report.txt was not kept: its machine returned no files",)


@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
def test_a_huge_message_is_text(size: int) -> None:
    """V7: nothing waits for its end."""
    message = said("setVariable", name="Huge", value="x" * size)
    pieces = [message[at : at + 65_536] for at in range(0, len(message), 65_536)]
    log, _, outcome = told(*pieces)
    assert log == message
    assert outcome.outputs == {}
    assert len(outcome.warnings) == 1


def test_r4_however_output_is_divided_the_same_is_kept() -> None:
    """What is heard again after a crash comes in other chunks, and has to fit what is there, byte by byte."""
    pieces = [
        *(
            b"abcdabcab",
            b"cdefgh",
            b"abcd",
            b"ab",
            b"\n",
            b"\r\n",
            b"#",
            b"##octo",
            b"##octopus[no\n",
            b"efgh12",
        ),
        *(b"line\nefgh", b"late secret", b"late sec", b"x" * 50),
        said("setVariable", name="Late", value="late secret", sensitive="True"),
        said("mask", value="cdef12"),
        *(said(f"stdout-{level}") for level in ("warning", "highlight", "default", "verbose")),
    ]
    for seed in range(80):
        random = Random(seed)
        whole = b"".join(random.choices(pieces, k=random.randint(1, 30)))
        kept = [_kept(whole, random, size) for size in (len(whole), 1, 5, 40)]
        assert all(each == kept[0] for each in kept), (seed, whole)


def _kept(whole: bytes, random: Random, size: int) -> object:
    """What a log has in the end, where in it levels begin, and what is known of the script."""
    log = bytearray()
    turns: list[tuple[int, str]] = []

    def keep(chunk: bytes, at: Sequence[LevelChange] = ()) -> None:
        turns.extend((len(log) + turn.at, turn.level) for turn in at)
        log.extend(chunk)

    transcript = Transcript(keep, ("abcdabcd", "cdefgh12", "efgh\nefgh"))
    while whole:
        cut = random.randint(1, size)
        transcript(whole[:cut])
        whole = whole[cut:]
    outcome = transcript.ended(Outcome(state="succeeded"))
    turns = [turn for turn in turns if turn[0] < len(log)]  # one behind the end is for no line
    return bytes(log), turns, outcome, transcript.sensitive


def test_v5_an_output_variable_in_which_there_is_what_came_to_be_sensitive_is_set_apart() -> None:
    """Also by its name, and in what was warned of before."""
    text = said("setVariable", name="Url", value="http://u:hunter22@x") + said(
        "setVariable", name="A", value="b"
    )
    text += said("stdout-warning") + b"see hunter22\n" + said("stdout-default")
    later = said("mask", value="hunter22") + said("setVariable", name="my hunter22", value="c")
    _, transcript, outcome = told(text, later)
    assert (outcome.outputs, transcript.sensitive) == (
        {"A": "b", "my ********": "c"},
        {"Url": "http://u:hunter22@x"},
    )


def test_v5_a_script_may_have_many_values_masked_but_not_any_number() -> None:
    """R6: the rest of its output is not shown then, since it may hold such a value."""
    many = b"".join(said("mask", value=f"value-{n:05}") for n in range(MASKED))
    twice = said("mask", value="value-00000")
    log, _, outcome = told(
        many, twice + b"value-00255\n", said("mask", value="one too many") + b"one too many\n"
    )
    assert log == b"********\n"
    (warning,) = outcome.warnings
    assert warning.endswith("the rest of its output is not shown")
    log, transcript, outcome = told(
        many + said("setVariable", name="A", value="one too many", sensitive="True") + b"shown\n"
    )
    assert (log, transcript.sensitive, outcome.outputs) == (b"shown\n", {}, {})
    assert "further sensitive output variables were not set" in outcome.warnings[0]
    log, _, _ = told(said("mask", value="x" * 700_000) + said("mask", value="y" * 700_000) + b"hello\n")
    assert log == b""


def test_v5_a_warning_ends_as_it_ends() -> None:
    """What might go on is left out only where a text was cut."""
    for text in (b'low on "space"', b"at 95%", b"C:\\", b"a & b &"):
        _, _, outcome = told(highlight(text), secrets=("hunter22",))
        assert outcome.highlights == (text.decode(),)
        _, _, outcome = told(said("stdout-highlight") + text, secrets=("hunter22",))
        assert outcome.highlights == (text.decode(),)


def test_v5_every_reason_is_masked() -> None:
    for state in ("cancelled", "lost", "failed"):
        outcome = Outcome(state=state, reason="it was hunter22")  # type: ignore[arg-type]
        assert told(b"", secrets=("hunter22",), outcome=outcome)[2].reason == "it was ********"


def test_r6_output_variables_are_bounded_in_number_and_in_their_names() -> None:
    """What is left out is said once of each kind; one that is set again takes no more room."""
    many = [said("setVariable", name=f"V{number}", value="v") for number in range(OUTPUTS + 50)]
    _, _, outcome = told(*many, said("setVariable", name="V1", value="again"))
    assert len(outcome.outputs) == OUTPUTS
    assert outcome.outputs["V1"] == "again"
    assert outcome.warnings == (f"output variables beyond the first {OUTPUTS} were not set",)
    _, _, outcome = told(said("setVariable", name="N" * (NAME + 1), value="v"))
    assert outcome.outputs == {}
    assert outcome.warnings == (f"output variables with names of more than {NAME} characters were not set",)
    large = "x" * (1 << 19)
    _, _, outcome = told(*(said("setVariable", name="Same", value=f"{n}{large}") for n in range(100)))
    assert outcome.outputs["Same"].startswith("99x")
    assert outcome.warnings == ()


def test_r6_highlights_that_are_left_out_are_said_once() -> None:
    _, _, outcome = told(*(highlight(b"%d" % number) for number in range(HIGHLIGHTS)))
    assert outcome.warnings == ()
    _, _, outcome = told(*(highlight(b"%d" % number) for number in range(3 * HIGHLIGHTS)))
    assert outcome.warnings == (f"highlights beyond the first {HIGHLIGHTS} are in the output alone",)
    _, _, outcome = told(highlight(b"\n".join(b"%d" % number for number in range(2 * HIGHLIGHTS))))
    assert len(outcome.highlights) == HIGHLIGHTS
    assert len(outcome.warnings) == 1


def test_r6_a_warning_is_no_longer_than_people_read() -> None:
    name = b"A" * 500_000
    _, _, outcome = told(b"##octopus[" + name + b"]\n", b"##octopus[set" + name + b" x='?']\n")
    assert all(len(each) <= LONGEST for each in outcome.warnings)
    assert 1 <= len(outcome.warnings) <= 2


def test_r6_what_a_script_says_takes_bounded_memory() -> None:
    """All of it a thousand times over, and what comes of it is small."""
    noise = [
        said("setVariable", name="V", value="v"),
        said("createArtifact", path="/nowhere", name="a"),
        said("progress", percentage="5", message="m" * 1000),
        said("mask", value="hunter22"),
        said("resultMessage", message="r" * 5000),
        said("createStepPackageTarget", name="t"),
        said("stdout-warning") + b"w" * 5000 + b"\n" + said("stdout-default"),
        highlight(b"h" * 5000),
        b"##octopus[no-such]\n##octopus[\n",
    ]
    _, _, outcome = told(*(each for _ in range(1000) for each in noise), outcome=FAILED)
    assert len(outcome.reason) <= LONGEST
    assert len(outcome.warnings) <= WARNINGS + 1
    assert sum(map(len, outcome.warnings)) <= (WARNINGS + 1) * LONGEST
    assert len(outcome.highlights) <= HIGHLIGHTS
    assert sum(map(len, outcome.highlights)) <= HIGHLIGHTS * LONGEST
    assert outcome.outputs == {"V": "v"}


async def test_r6_all_artifacts_of_an_attempt_have_bounded_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octotui.runtime.jobs.transcript.SPACE", 10)
    transcript = Transcript(lambda text, turns: None)
    for number in range(3):
        (tmp_path / f"large{number}").write_bytes(b"8 bytes.")
        transcript(said("createArtifact", path=f"large{number}", name=f"{number}"))
    await transcript.keep_artifacts(LocalWorkspaceFiles(str(tmp_path)), tmp_path / "kept")
    outcome = transcript.ended(DONE)
    assert [each.name for each in outcome.artifacts] == ["0", "1"]
    assert outcome.warnings == ("artifacts beyond the first 0 GiB were not kept",)


async def test_r6_artifacts_that_are_no_files_hold_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    transcript = Transcript(lambda text, turns: None)
    names = ("pipe", "endless", "/dev/zero", "/dev/tty", "/proc/kmsg", ".", "missing", "a\0b", "x" * 5000)
    for name in names:
        transcript(said("createArtifact", path=name, name="kept"))
    await asyncio.wait_for(
        transcript.keep_artifacts(LocalWorkspaceFiles(str(tmp_path)), tmp_path / "kept"), 20
    )
    outcome = transcript.ended(DONE)
    assert outcome.artifacts == ()
    assert all(each.startswith("the artifact kept was not kept: ") for each in outcome.warnings)


def by_streams(*chunks: tuple[bytes, int], secrets: tuple[str, ...] = ()) -> tuple[list[bytes], Outcome]:
    """What each stream shows, of chunks of both."""
    shown = [b"", b""]

    def keep(text: bytes, changes: Sequence[LevelChange], stream: int = STDOUT) -> None:
        shown[stream] += text

    transcript = Transcript(keep, secrets)
    for chunk, stream in chunks:
        transcript(chunk, stream)
    return shown, transcript.ended(DONE)


def test_v5_a_value_is_masked_on_its_stream_whatever_the_other_says_between_its_parts() -> None:
    """V5, S9: also where both streams print the same one at a time."""
    text = b"it is hunter22 here\n"
    for cut in range(len(text)):
        (out, errors), _ = by_streams(
            *((text[:cut], STDOUT), (text[:cut], STDERR), (text[cut:], STDOUT), (text[cut:], STDERR)),
            secrets=("hunter22",),
        )
        assert out == errors == b"it is ******** here\n"


def test_s9_service_messages_are_read_on_stdout_alone() -> None:
    """S9, V7: as Octopus has it; on stderr they are text."""
    messages = [said("setVariable", name="A", value=value) for value in ("read", "text")]
    (out, errors), outcome = by_streams((messages[0], STDOUT), (b"error\n" + messages[1], STDERR))
    assert (out, errors, outcome.outputs) == (b"", b"error\n" + messages[1], {"A": "read"})


def test_v5_what_is_sensitive_by_a_message_is_masked_on_both_streams() -> None:
    message = said("mask", value="hunter22")
    (out, errors), _ = by_streams(
        *((b"it is ", STDERR), (message, STDOUT), (b"hunter", STDERR)),
        *((b"hunter22\n", STDOUT), (b"22 here\n", STDERR)),
    )
    assert (out, errors) == (b"********\n", b"it is ******** here\n")


def test_v7_a_message_on_stdout_says_the_level_of_stderr() -> None:
    levels: list[tuple[int, Sequence[LevelChange]]] = []
    transcript = Transcript(lambda text, changes, stream=STDOUT: levels.append((stream, [*changes])))
    for level in ("progress", "error", "ignore", "default"):
        transcript(said(f"stderr-{level}") + b"out\n")
        transcript(b"text\n", STDERR)
    assert [changes for stream, changes in levels if stream == STDERR] == [
        [LevelChange(0, level)] for level in ("verbose", "error", "ignore", "default")
    ]
    assert not any(changes for stream, changes in levels if stream == STDOUT)


def test_v5_a_script_that_masks_too_much_is_silent_on_stderr_too() -> None:
    many = b"".join(said("mask", value=f"value {number}") for number in range(MASKED + 1))
    (out, errors), outcome = by_streams((b"a\n", STDERR), (many + b"b\n", STDOUT), (b"c\n", STDERR))
    assert (out, errors) == (b"", b"a\n")
    assert "is not shown" in outcome.warnings[0]
