"""Requests that were refused, in words: what somebody was refused to do."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "StartRun": "to start {}",
    "CreateRelease": "to make a release of {}",
    "TakeInterruption": "to take {}",
    "AnswerInterruption": "to answer {}",
    "ReleaseInterruption": "to give {} back",
    "HandOverInterruption": "to hand {} over",
    "MoveToTop": "to move {} to the top of the queue",
    "CancelRun": "to cancel {}",
    "CheckHealth": "to check {}",
    "DestroyMachine": "to destroy {}",
    "AdoptMachine": "to adopt {}",
    "GivePassphrase": "to give the passphrase of {}",
    "RecordCommand": "to run a command on {}",
    "Hello": "to connect to {}",
    "Choose": "to look up {}",
    "Family": "to read {}",
    "History": "to list the runs of {}",
    "ReadLog": "to read the output of {}",
    "Stop": "to stop the server of {}",
    "Clock": "to confirm the clock of {}",
}
"""What was refused, by the name of the request on the wire; a new request needs a line here."""


def refused_action(action: str, subject: str) -> str:
    """Return what was refused, such as `to hand question-1 over`; an unknown action by its name."""
    sentence = SENTENCES.get(action)
    return f"{action} {subject}".strip() if sentence is None else sentence.format(subject or "it")
