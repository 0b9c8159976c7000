"""What a script says beside what it prints."""

from base64 import b64encode

from octotui.engine.commands import Outcome
from octotui.runtime.transcript import Transcript

DONE = Outcome(state="succeeded", exit_code=0)


def said(name: str, /, **values: str) -> bytes:
    pairs = "".join(f" {key}='{b64encode(value.encode()).decode()}'" for key, value in values.items())
    return f"##octopus[{name}{pairs}]\n".encode()


def told(
    *chunks: bytes, secrets: tuple[str, ...] = (), outcome: Outcome = DONE
) -> tuple[bytes, Transcript, Outcome]:
    log = bytearray()
    transcript = Transcript(log.extend, secrets)
    for chunk in chunks:
        transcript(chunk)
    ended = transcript.ended(outcome)
    return bytes(log), transcript, ended


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


def test_an_artifact_is_not_lost_in_silence() -> None:
    """V7: as long as nothing keeps artifacts, that is a warning."""
    _, _, outcome = told(said("createArtifact", path="/tmp/report.txt", name="report.txt"))
    assert outcome.warnings == ("the artifact report.txt was not kept: nothing keeps any yet",)
