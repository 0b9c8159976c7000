import pytest

from octotui.runtime.jobs.service_message_types import (
    CreateArtifact,
    Fail,
    Level,
    Mask,
    Message,
    Other,
    Problem,
    ProgressMessage,
    SetVariable,
)
from tests.runtime.reading import read, said

NONE = "a line begins like a service message, but is not valid"


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        (said("setVariable", name="Site.Url", value="ö\n"), SetVariable(at=0, name="Site.Url", value="ö\n")),
        (
            said("setVariable", name="n", value="v", sensitive="True"),
            SetVariable(at=0, name="n", value="v", sensitive=True),
        ),
        (said("setVariable", name="n", value="v", sensitive="False"), SetVariable(at=0, name="n", value="v")),
        (said("setVariable", name="n"), SetVariable(at=0, name="n", value="")),
        (said("setVariable", Name="n", VALUE="v"), SetVariable(at=0, name="n", value="v")),
        (
            said("createArtifact", path="/a/b.txt", name="c.txt", length="12"),
            CreateArtifact(at=0, path="/a/b.txt", name="c.txt", length=12),
        ),
        (said("createArtifact", path="/a/b.txt"), CreateArtifact(at=0, path="/a/b.txt", name="b.txt")),
        (
            said("progress", percentage="50", message="half way"),
            ProgressMessage(at=0, percentage=50, message="half way"),
        ),
        (said("progress", percentage="33.4"), ProgressMessage(at=0, percentage=33)),
        (said("progress", percentage="250"), ProgressMessage(at=0, percentage=100)),
        (said("progress", percentage="-1"), ProgressMessage(at=0, percentage=0)),
        (said("resultMessage", message="no disk"), Fail(at=0, message="no disk")),
        (said("mask", value="s3cret"), Mask(at=0, value="s3cret")),
        (b"##octopus[stdout-warning]", Level(at=0, stream="stdout", level="warning")),
        (b"##octopus[stderr-progress]", Level(at=0, stream="stderr", level="progress")),
        (said("delete-target", machine="m"), Other(at=0, name="delete-target", values={"machine": "m"})),
        (
            said("createStepPackageTarget", name="t"),
            Other(at=0, name="createStepPackageTarget", values={"name": "t"}),
        ),
        (
            said("k8s-manifest-applied", manifest="m"),
            Other(at=0, name="k8s-manifest-applied", values={"manifest": "m"}),
        ),
        (b'##octopus[mask  value="czNj cmV0" ]', Mask(at=0, value="s3cret")),
    ],
)
def test_v7_a_message_is_understood_and_not_visible(message: bytes, meant: Message) -> None:
    assert read(message + b"\n") == (b"", [meant])
    assert read(message + b"\r\n") == (b"", [meant])
    assert read(message) == (b"", [meant])
    assert read(*(bytes([each]) for each in message + b"\n")) == (b"", [meant])


@pytest.mark.parametrize("level", ["verbose", "wait", "highlight", "warning", "error", "ignore", "default"])
def test_v7_every_level_of_octopus_is_known(level: str) -> None:
    assert read(f"##octopus[stdout-{level}]\n".encode())[1] == [Level(at=0, stream="stdout", level=level)]


@pytest.mark.parametrize("level", ["error", "ignore", "progress", "default"])
def test_v7_every_level_of_octopus_for_errors_is_known(level: str) -> None:
    assert read(f"##octopus[stderr-{level}]\n".encode())[1] == [Level(at=0, stream="stderr", level=level)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"##octopus[setVariable name='%%%' value='YQ==']", NONE),
        (b"##octopus[setVariable name='YQ==' value='YQ==", NONE),
        (b"##octopus[setVariable name=YQ== value=YQ==]", NONE),
        (b"##octopus[]", NONE),
        (b"##octopus[", NONE),
        (b"##octopus[setVariable name='YQ' value='YQ==']", "the name of setVariable is not text in Base64"),
        (b"##octopus[mask value='/w==']", "the value of mask is not text in Base64"),
        (b"##octopus[setVariable value='YQ==']", "setVariable has no name"),
        (b"##octopus[setVariable name='' value='YQ==']", "setVariable has no name"),
        (b"##octopus[createArtifact]", "createArtifact has no path"),
        (said("createArtifact", path="p", length="long"), "the length of createArtifact is not a number"),
        (said("progress", percentage="half"), "the percentage of progress is not a number"),
        (said("progress", percentage="inf"), "the percentage of progress is not a number"),
        (b"##octopus[stdout-loud]", "stdout-loud is unknown"),
        (b"##octopus[setvariable name='YQ==']", "setvariable is unknown"),
    ],
)
def test_v7_a_broken_message_stays_visible_and_is_a_problem(line: bytes, problem: str) -> None:
    for chunks in [(line + b"\nmore\n",), tuple(bytes([each]) for each in line + b"\nmore\n")]:
        visible, messages = read(*chunks)
        assert visible == line + b"\nmore\n"
        assert [
            isinstance(each, Problem) and each.text.replace("the service message ", "").startswith(problem)
            for each in messages
        ] == [True]
    assert read(line)[0] == line


def test_r6_a_sentence_repeats_no_more_of_a_name_than_people_read() -> None:
    for message in (
        b"##octopus[" + b"a" * 100_000 + b"]",
        b"##octopus[setVariable " + b"a" * 100_000 + b"='?']",
        b"##octopus[progress percentage='eA==']",
        b"##octopus[" + b"a" * 100_000 + b" b='x']",
    ):
        _, problems = read(message + b"\n")
        assert all(isinstance(each, Problem) and len(each.text) < 300 for each in problems)
        assert problems


def test_r6_a_number_of_any_length_is_none_or_bounded() -> None:
    for text in ("9" * 500_000, "1e999999", "nan", "inf", "-" * 1000, "0" * 500_000, "1_0" * 1000):
        _, (message,) = read(said("progress", percentage=text) + b"\n")
        assert isinstance(message, Problem) or message in [
            ProgressMessage(at=0, percentage=0),
            ProgressMessage(at=0, percentage=100),
        ]
