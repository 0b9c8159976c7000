"""Logs as tests of this folder write them."""

from pathlib import Path

import pytest

from octotui.store.logs.log_reader import LogReader
from octotui.store.logs.log_writer import LogWriter


def log_of(path: Path, *chunks: bytes, seconds: float = 1.0) -> LogReader:
    with LogWriter(path) as log:
        for number, chunk in enumerate(chunks):
            log.append(chunk, 100 + number * seconds)
    return LogReader(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "run-1" / "job-1.1.log"
