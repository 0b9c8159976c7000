from pathlib import Path

import pytest

from tests.model.texts import model_of, only_complaint

PROJECT = """
[environments.test]
[environments.production]
[[projects.shop.steps]]
name = "Deploy"
script = ""
"""


def test_a_project_and_a_runbook_have_slugs_of_their_own(tmp_path: Path) -> None:
    said = only_complaint(tmp_path, PROJECT + "[runbooks.shop]")
    assert said == 'projects.shop: A runbook has the slug "shop" too; rename one of them.'


def test_one_channel_of_a_project_is_the_default(tmp_path: Path) -> None:
    channels = "[projects.shop.channels.a]\ndefault = {}\n[projects.shop.channels.b]\ndefault = true\n"
    said = only_complaint(tmp_path, PROJECT + channels.format("true"))
    assert said == 'projects.shop.channels.b.default: "a" is the default channel already; keep one of them.'
    assert model_of(tmp_path, PROJECT + channels.format("false")).projects["shop"].default_channel == "b"


def test_a_channel_speaks_of_packages_that_a_step_needs(tmp_path: Path) -> None:
    text = PROJECT + '[projects.shop.channels.a]\nversions = { tools = "[1.0,2.0)" }'
    said = 'projects.shop.channels.a.versions.tools: No step needs the package "tools"; none is declared.'
    assert only_complaint(tmp_path, text) == said


def test_a_channel_has_ranges_that_can_be_read(tmp_path: Path) -> None:
    text = PROJECT.replace("script", 'packages = ["tools"]\nscript') + '[feeds.local]\ndirectory = "."\n'
    (tmp_path / "tools.1.0.0.zip").touch()
    model_of(tmp_path, text + '[projects.shop.channels.a]\nversions = { tools = "[1.0,2.0)" }')
    said = only_complaint(tmp_path, text + '[projects.shop.channels.a]\nversions = { tools = "one" }')
    assert said.startswith('projects.shop.channels.a.versions.tools: "one" is no range of versions; write')


def test_the_tag_of_a_channel_is_a_pattern(tmp_path: Path) -> None:
    said = only_complaint(tmp_path, PROJECT + '[projects.shop.channels.a]\ntag = "beta("')
    assert said.startswith('projects.shop.channels.a.tag: "beta(" is not a pattern: ')


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        ("", 'This project has no channel "hotfix"; known: "default".'),
        ("[projects.shop.channels.hot-fix]", 'This project has no channel "hotfix"; did you mean "hot-fix"?'),
    ],
)
def test_s4_a_step_applies_to_channels_of_its_project(tmp_path: Path, channels: str, said: str) -> None:
    text = f'{PROJECT}channels = ["hotfix"]\n{channels}'
    assert only_complaint(tmp_path, text) == f'projects.shop.steps["Deploy"].channels[1]: {said}'


def test_s4_a_step_of_a_runbook_has_no_channels(tmp_path: Path) -> None:
    text = '[[runbooks.x.steps]]\nname = "One"\nscript = ""\nchannels = ["hot"]'
    assert "Only releases of a project have a channel" in only_complaint(tmp_path, text)


def test_s6_a_child_step_applies_to_channels_of_its_project_too(tmp_path: Path) -> None:
    child = '{ name = "In", script = "", channels = ["hotfix"] }'
    roll = f'[[PROCESS.steps]]\nname = "Roll"\nroles = ["web"]\nsteps = [{child}]\n'
    target = '[targets.web1]\nroles = ["web"]\nenvironments = ["test"]\n'
    place = 'steps["Roll"].steps["In"].channels'
    said = only_complaint(tmp_path, PROJECT + target + roll.replace("PROCESS", "projects.shop"))
    assert said == f'projects.shop.{place}[1]: This project has no channel "hotfix"; known: "default".'
    said = only_complaint(tmp_path, PROJECT + target + roll.replace("PROCESS", "runbooks.x"))
    assert said.startswith(f"runbooks.x.{place}: Only releases of a project have a channel")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ('name = "Try"\nenvironments = ["production"]', '["Try"].name: Another phase of this lifecycle'),
        ('name = "Go"\nenvironments = []', '["Go"].environments: A phase has at least one environment'),
        (
            'name = "Go"\nenvironments = ["test"]',
            '["Go"].environments[1]: "test" is in the phase "Try" already; keep one of them.',
        ),
        (
            'name = "Go"\nenvironments = ["productoin"]',
            '["Go"].environments[1]: There is no environment "productoin"; did you mean "production"?',
        ),
    ],
)
def test_the_phases_of_a_lifecycle(tmp_path: Path, second: str, said: str) -> None:
    header = "[[lifecycles.standard.phases]]\n"
    text = f'{PROJECT}{header}name = "Try"\nenvironments = ["test"]\n{header}{second}'
    assert only_complaint(tmp_path, text).startswith(f"lifecycles.standard.phases{said}")
