"""What makes a shell complete."""

import pytest

from tests.cli.conftest import Call


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_given_what_makes_it_complete(octotui: Call, shell: str) -> None:
    said = octotui("completion", shell)
    assert said.code == 0
    assert "_OCTOTUI_COMPLETE" in said.out
