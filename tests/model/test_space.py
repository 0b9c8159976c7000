from octotui.model.process import Runbook
from octotui.model.space import Channel, Model, Pool, Project, Space

SPACE = Space("Kraken", "kraken")


def test_w1_the_default_pool_is_the_one_marked() -> None:
    pools = {"a": Pool(name="A"), "b": Pool(name="B", default=True)}
    assert Model(space=SPACE, pools=pools).default_pool == "b"


def test_w1_where_none_is_marked_there_is_an_empty_one() -> None:
    model = Model(space=SPACE, pools={"a": Pool(name="A", workers=("x",))})
    assert model.default_pool == "default"
    assert model.pool("default") == Pool(name="Default", default=True)
    assert model.pool("a").workers == ("x",)


SHOP = Project(
    deployment=Runbook(name="The shop"),
    lifecycle="standard",
    channels={"stable": Channel(name="Stable"), "hot": Channel(name="Hot", lifecycle="quick")},
)
MODEL = Model(
    space=SPACE,
    runbooks={"restart": Runbook(name="Restart", project="shop"), "tidy": Runbook(name="Tidy up")},
    projects={"shop": SHOP},
)


def test_a_process_is_a_runbook_or_the_deployment_of_a_project() -> None:
    assert MODEL.processes == MODEL.runbooks | {"shop": SHOP.deployment}
    assert [MODEL.process(slug) for slug in ("shop", "tidy", "none")] == [
        SHOP.deployment,
        MODEL.runbooks["tidy"],
        None,
    ]
    projects = [MODEL.project_of(slug) for slug in ("shop", "restart", "tidy", "none")]
    assert projects == ["shop", "shop", None, None]


def test_the_first_channel_is_the_default_where_none_is_marked() -> None:
    marked = {slug: Channel(name=slug, default=slug == "b") for slug in "abc"}
    found = [Project(deployment=SHOP.deployment, channels=each) for each in ({}, SHOP.channels, marked)]
    assert [project.default_channel for project in found] == ["default", "stable", "b"]


def test_a_channel_has_its_own_lifecycle_or_that_of_the_project() -> None:
    assert [SHOP.lifecycle_of(slug) for slug in ("stable", "hot", "default")] == [
        "standard",
        "quick",
        "standard",
    ]
