from octotui.views import starting
from tests.scenes import kraken


def test_first_the_runbook_then_environment_then_tenant():
    model = kraken()
    first = starting.ask(model, ())
    assert first is not None
    assert first.title == "Start which runbook?"
    assert [(each.key, each.note) for each in first.choices][:2] == [
        ("create-aws-rds", "1 step"),
        ("unleash", "4 steps"),
    ]
    second = starting.ask(model, ("unleash",))
    assert second is not None
    assert second.title == "Start Unleash the kraken in which environment?"
    assert [each.text for each in second.choices] == [
        "no environment", "Development", "Test", "Staging", "Production",
    ]  # fmt: skip
    third = starting.ask(model, ("unleash", "test"))
    assert third is not None
    assert third.title == "Start Unleash the kraken in Test for which tenant?"
    assert [each.key for each in third.choices] == ["", "contoso"]
    assert starting.ask(model, ("unleash", "test", "")) is None


def test_what_has_one_answer_is_not_asked():
    model = kraken(tenants={}, environments={})
    assert starting.next_place(model, ("unleash",)) == ("unleash", "", "")
    assert starting.next_place(kraken(), ("unleash",)) == ("unleash",)
    assert starting.next_place(kraken(tenants={}), ("unleash", "test")) == ("unleash", "test", "")
