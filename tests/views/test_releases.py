from octotui.views.releases import deployed, line, made
from tests.engine.shop import deploy, release, shop
from tests.world import World, script


def test_a_release_says_its_channel_and_packages():
    """P1."""
    world = World(shop(runbooks={"tidy": [script("A")]}))
    assert made(release(world)) == "Shop 0.0.1 is made in the channel stable with tools 1.4.0, image 1.0.0"
    assert made(release(world, "tidy")) == "Tidy is published as 0.0.1"


def test_a_release_says_where_it_is_in_the_order_it_came_there():
    """Q2: by tenant."""
    world = World(shop(script("Deploy")))
    release(world)
    model = world.state.model
    assert line(model, world.state.releases["shop/0.0.1"]) == "0.0.1  stable  not deployed"
    for where in ({"environment": "test"}, {"environment": "test", "tenant": "contoso"}):
        deploy(world, **where)
    deploy(world, environment="production")
    found = world.state.releases["shop/0.0.1"]
    assert deployed(model, found) == "Test, Test · Contoso, Production"
    assert line(model, found) == "0.0.1  stable  in Test, Test · Contoso, Production"
