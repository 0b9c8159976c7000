"""M4: needs of tools, their versions, and what tools say of themselves."""

import pytest

from octotui.model.machines.tool_needs import ToolNeed, need_of, satisfies, version_in


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("docker", ToolNeed("docker")),
        ("kubectl>=1.28", ToolNeed("kubectl", ((">=", "1.28"),))),
        ("kubectl >= 1.28", ToolNeed("kubectl", ((">=", "1.28"),))),
        ("python3>=3.8,<3.13", ToolNeed("python3", ((">=", "3.8"), ("<", "3.13")))),
        ("python:boto3==1.2", ToolNeed("python:boto3", (("==", "1.2"),))),
        ("g++", ToolNeed("g++")),
    ],
)
def test_m4_a_need_is_a_tool_and_bounds_of_its_version(text: str, need: ToolNeed) -> None:
    assert need_of(text) == need


@pytest.mark.parametrize(
    "text", ["", "kubectl>=", ">=1.28", "a b", "kubectl~=1.28", "-rf", "kubectl>=x", "a;b"]
)
def test_m4_anything_else_is_no_need(text: str) -> None:
    with pytest.raises(ValueError, match="is no tool"):
        need_of(text)


@pytest.mark.parametrize(
    ("version", "need", "does"),
    [
        ("1.28.4", "kubectl>=1.28", True),
        ("1.28", "kubectl>=1.28", True),
        ("1.9", "kubectl>=1.28", False),
        ("1.28", "kubectl>1.28", False),
        ("1.28.0", "kubectl==1.28", True),
        ("3.13.1", "python3>=3.8,<3.13", False),
        ("3.8", "python3>=3.8,<3.13", True),
        ("2.0", "kubectl<=1.28", False),
        ("", "kubectl", True),
        ("", "kubectl>=1.28", False),
    ],
)
def test_m4_versions_are_compared_number_by_number(version: str, need: str, *, does: bool) -> None:
    assert satisfies(version, need_of(need)) is does


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Docker version 24.0.7, build afdd53b", "24.0.7"),
        ("Client Version: v1.28.4", "1.28.4"),
        ("Python 3.12.1", "3.12.1"),
        ("aws-cli/2.15.0 Python/3.11.6 Linux/6.1", "2.15.0"),
        ('openjdk version "17.0.9" 2023-10-17', "17.0.9"),
        ("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)", "5.2.15"),
        ("no version here, build 7", ""),
        ("9" * 5000 + "." + "9" * 5000, ""),
    ],
)
def test_m4_a_tool_says_its_version_somewhere(text: str, version: str) -> None:
    assert version_in(text) == version
