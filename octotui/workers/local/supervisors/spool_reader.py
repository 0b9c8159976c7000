"""Passing on of a job's output in chunks, in bounded memory and time, whatever the job does to its spool."""

import time

from octotui.workers.agent.spool import CHUNK, Spool
from octotui.workers.executor import Output

SMALLEST = 1 << 14  # bytes of a chunk, when processing is slow
PATIENCE = 8  # chunks of one job before the next job is read
LONG = 0.03  # seconds for one job before the next is read; slower ones get smaller chunks


class SpoolReader:
    """Passes a spool on from its start, as it grows."""

    def __init__(self, file: int) -> None:
        self._spool = Spool(file)
        self._chunk = CHUNK

    @property
    def warning(self) -> str:
        """The reason why some output was skipped, or `""`."""
        return self._spool.warning

    def read(self, output: Output) -> bool:
        """Pass some new output on; return whether there may be more. Reraises what `output` raises."""
        began = time.monotonic()
        for _ in range(PATIENCE):
            chunk = self._spool.read(self._chunk)
            if not chunk:
                return False
            output(chunk)
            if time.monotonic() - began > LONG:
                break
        self._adapt(time.monotonic() - began)
        return True

    def finish(self) -> None:
        """Read no further than the present end: later output is not the job's."""
        self._spool.finish()

    def _adapt(self, took: float) -> None:
        """Adapt the size of chunks to the time they take, so that other jobs are not delayed."""
        if took > LONG:
            self._chunk = max(SMALLEST, self._chunk // 2)
        else:
            self._chunk = min(CHUNK, self._chunk * 2)
