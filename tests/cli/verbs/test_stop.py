"""The end of a server."""

import json
import subprocess

import pytest

from tests.cli.conftest import ROOT, Call, Lived, command
from tests.servers import gone, holder


def test_it_says_what_goes_on_and_what_waits(octotui: Call, lived: Lived) -> None:
    model, *state = lived.at
    server = holder(lived.state / "small")
    said = octotui("stop", model, *state)
    assert said.code == 0
    assert said.out.splitlines() == [
        "run-4  “Sleep” continues on one",
        "4 open runs wait until the space is opened again",
    ]
    gone(server)
    assert octotui("stop", model, *state).out == "no server runs for this space\n"
    octotui("cancel", model, "run-4", *state)
    assert octotui("wait", model, "run-4", *state).code == 5
    assert octotui("wait", model, "run-5", *state).code == 0  # it had its turn
    stopped = json.loads(octotui("stop", "Small", "--json", *state).out)
    assert stopped["jobs"] == []


@pytest.mark.parametrize("verb", [("events", "--since", "0"), ("logs", "run-4")])
def test_who_follows_is_told_in_one_sentence_with_exit_code_1(
    octotui: Call, lived: Lived, verb: tuple[str, ...]
) -> None:
    name, *rest = verb
    following = command(name, lived.model, *rest, "--follow", "--state", lived.state)
    with subprocess.Popen(
        following, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline()  # it is attached
        octotui("stop", *lived.at)
        _, told = child.communicate(timeout=30)
    assert (child.returncode, told) == (1, "octotui: the server of this space was stopped\n")


def test_a_verb_that_needs_a_server_starts_it_by_the_name_of_the_space(octotui: Call, lived: Lived) -> None:
    """With the model that the space had last; where that is gone, it says what starts one."""
    octotui("stop", *lived.at)
    said = octotui("cancel", "small", "run-5", "--state", lived.state)
    assert (said.code, said.err) == (0, "")
    octotui("stop", *lived.at)
    said = octotui("attach", "small", "--plain", "--state", lived.state)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(f"/small: octotui {lived.model} --state {lived.state} starts one\n")
    lived.model.unlink()
    said = octotui("cancel", "small", "run-4", "--state", lived.state)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(f"/small: octotui FILE --state {lived.state} starts one\n")


def test_the_server_of_a_space_that_the_model_names_otherwise_now_is_found(
    octotui: Call, lived: Lived
) -> None:
    """It says the command that ends it, and that command does."""
    model, *state = lived.at
    server = holder(lived.state / "small")
    lived.model.write_text(lived.model.read_text().replace('"Small"', '"Tiny"', 1))
    first, second = octotui("stop", model, *state).out.splitlines()
    assert first == "no server runs for this space"
    assert second == (
        f"one runs for small, as the model named it before: octotui stop --state {lived.state} small"
    )
    octotui(*second.rpartition(": octotui ")[2].split())
    gone(server)
