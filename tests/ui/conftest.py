"""Screens stand still in tests: no animation, no blinking, one time zone, colours as if there were any."""

import os
import time

import pytest

from tests.ui.headless import hasten

os.environ["TEXTUAL_ANIMATIONS"] = "none"


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    hasten(monkeypatch)
