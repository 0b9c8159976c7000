"""`octotui deploy`: a release to an environment."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.cli.shop import write_shop


def test_the_newest_release_of_the_default_channel_is_deployed(
    octotui: Call, tmp_path: Path, state: Path
) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--state", state)
    octotui("release", model, "shop", "--channel", "quick", "--state", state)
    said = octotui("deploy", model, "shop", "--environment", "Trial", "--json", "--state", state)
    assert said.code == 0
    assert json.loads(said.out.splitlines()[-1])["runs"][0]["name"] == "The shop 0.0.1"
    log = next((state / "shop" / "logs" / "run-1").glob("*2.log"))
    assert log.read_text() == "deploying 0.0.1\n"


def test_a_plan_of_a_deployment_says_what_it_leads_to(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    planned = octotui("plan", model, "shop", "--environment", "try", "--json", "--state", state)
    octotui("release", model, "shop", "--state", state)
    again = octotui(
        "plan", model, "shop", "--release", "0.0.1", "--environment", "try", "--json", "--state", state
    )
    ran = octotui("deploy", model, "shop", "--environment", "try", "--json", "--state", state)
    first, second, real = (json.loads(said.out.splitlines()[-1]) for said in (planned, again, ran))
    assert [outcome(each) for each in first["runs"]] == [outcome(each) for each in second["runs"]]
    assert [outcome(each) for each in first["runs"]] == [outcome(each) for each in real["runs"]]


def outcome(run: dict[str, Any]) -> dict[str, Any]:
    """What a plan and a run say alike: how it came out, and where its steps ran."""
    steps = [(each["name"], each["state"], each["machines"]) for each in run["steps"]]
    return {**{name: run[name] for name in list(run)[:11]}, "steps": steps}


def test_a_plan_without_a_release_may_be_of_any_environment(
    octotui: Call, tmp_path: Path, state: Path
) -> None:
    model = write_shop(tmp_path)
    planned = octotui("plan", model, "shop", "--environment", "live", "--json", "--state", state)
    assert planned.code == 0
    assert not state.exists()
    octotui("release", model, "shop", "--state", state)
    said = octotui("plan", model, "shop", "--release", "0.0.1", "--environment", "live", "--state", state)
    assert (said.code, "may not go to Live yet" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("shop",), "The shop 0.0.1 is deployed to an environment: say which one"),
        (
            ("shop", "--environment", "live"),
            "The shop 0.0.1 may not go to Live yet: deploy it to Trial first",
        ),
        (("shop", "--environment", "liev"), 'there is no environment “liev”; did you mean "live"?'),
        (("shop", "--release", "9.0", "--environment", "try"), "The shop has no release 9.0: make it first"),
        (
            ("shop", "--environment", "try", "--skip", "Tell"),
            "“Tell” cannot be skipped: “Tell” is required",
        ),
        (("look", "--environment", "try"), "there is no project “look”"),
    ],
)
def test_what_cannot_be_deployed_is_a_sentence(
    octotui: Call, tmp_path: Path, state: Path, options: tuple[str, ...], said: str
) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--state", state)
    refused = octotui("deploy", model, *options, "--state", state)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    if "look" not in options:
        planned = octotui("plan", model, options[0], "--release", "0.0.1", *options[1:], "--state", state)
        assert (planned.code, planned.out) == (2, "")


def test_a_project_is_deployed_and_never_run(octotui: Call, tmp_path: Path, state: Path) -> None:
    refused = octotui("run", write_shop(tmp_path), "shop", "--state", state)
    assert (refused.code, refused.err) == (
        2,
        "octotui: The shop is a project: octotui deploy deploys its releases\n",
    )


def test_s4_a_step_may_be_left_out(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--state", state)
    where = ("--environment", "try", "--skip", "Deploy", "--json", "--state", state)
    said = octotui("deploy", model, "shop", *where)
    assert list(json.loads(said.out.splitlines()[-1])["runs"][0]["workers"]) == ["Tell"]


def test_what_goes_on_by_itself_prints_the_id_alone(octotui: Call, tmp_path: Path, state: Path) -> None:
    model = write_shop(tmp_path)
    octotui("release", model, "shop", "--state", state)
    at = ("--detach", "--state", state)
    assert octotui("deploy", model, "shop", "--environment", "try", *at).out == "run-1\n"
    assert octotui("wait", model, "run-1", "--state", state).code == 0
    assert octotui("promote", model, "shop", *at).out == "run-2\n"
