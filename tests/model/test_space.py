from octotui.model.space import Model, Pool, Space

SPACE = Space("Kraken", "kraken")


def test_w1_the_default_pool_is_the_one_marked() -> None:
    pools = {"a": Pool(name="A"), "b": Pool(name="B", default=True)}
    assert Model(space=SPACE, pools=pools).default_pool == "b"


def test_w1_where_none_is_marked_there_is_an_empty_one() -> None:
    model = Model(space=SPACE, pools={"a": Pool(name="A", workers=("x",))})
    assert model.default_pool == "default"
    assert model.pool("default") == Pool(name="Default", default=True)
    assert model.pool("a").workers == ("x",)
