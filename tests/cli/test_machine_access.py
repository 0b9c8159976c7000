"""How verbs come to the machines of a model."""

import asyncio

import pytest
from msgspec.structs import replace

from octotui.cli.machine_access import elsewhere, glances, machine
from octotui.model.space import Target, Worker
from octotui.workers.ssh import probe
from tests.world import model

SPACE = replace(
    model({}),
    workers={"here": Worker(name="here"), "far": Worker(name="far", endpoint="ssh://127.0.0.1:1")},
    targets={"t": Target(name="t", endpoint="ssh://127.0.0.1:1")},
)


def test_all_that_are_elsewhere_or_those_that_are_named() -> None:
    assert elsewhere(SPACE, ()) == ("far", "t")
    assert elsewhere(SPACE, ("here",)) == ("here",)


def test_an_unknown_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        machine(SPACE, "fra")
    assert "there is no worker or target “fra”" in capsys.readouterr().err


def test_m1_why_each_is_away() -> None:
    found = asyncio.run(glances(SPACE, ("far", "t")))
    assert list(found) == ["far", "t"]
    assert all("refuses connections" in str(each) for each in found.values())


def test_m1_who_answers_is_told_before_the_others_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that takes its time withholds none of those before it."""

    async def look(way: object) -> str:
        await asyncio.Event().wait()
        return ""

    class Left(Exception):
        pass

    def tell(name: str, glance: object) -> None:
        raise Left(name)

    monkeypatch.setattr(probe, "look", look)
    with pytest.raises(Left, match="here"):
        asyncio.run(asyncio.wait_for(glances(SPACE, ("here", "far"), tell), 20))


def test_w12_a_container_is_reached_by_its_engine() -> None:
    """W12: as the machines of dynamic pools are; one that is not there is no host of that name."""
    space = replace(SPACE, workers={"box": Worker(name="box", endpoint="container://octotui-nowhere")})
    (said,) = asyncio.run(glances(space, ("box",))).values()
    assert isinstance(said, str)
    assert "container" in said or "podman" in said
