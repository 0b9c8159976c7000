"""What verbs take to start a run."""

import getpass
import os

import pytest

from octotui.cli.starting import account, values_of


def test_values_are_given_as_name_and_value() -> None:
    assert values_of(("A=1", " B = x=y ", "A=2", "C=")) == {"A": "2", "B": " x=y ", "C": ""}


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert account() == getpass.getuser()

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert account() == str(os.getuid())
