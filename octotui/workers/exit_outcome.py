"""The outcome of a script by its exit code, whoever has waited for it (S7)."""

import signal

from octotui.engine.state import Outcome


def exit_outcome(code: int, warnings: tuple[str, ...] = ()) -> Outcome:
    """Return success for 0, else failure; a negative code is the number of the signal that killed it."""
    if code == 0:
        return Outcome(state="succeeded", exit_code=0, warnings=warnings)
    reason = f"killed by {_signal_name(-code)}" if code < 0 else f"exit code {code}"
    return Outcome(state="failed", exit_code=code, reason=reason, warnings=warnings)


def _signal_name(number: int) -> str:
    """Return the name of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
