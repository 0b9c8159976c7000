"""V5: values are masked in a space as long as anybody holds them."""

from octotui.runtime.jobs.masking import SensitiveValues
from octotui.runtime.jobs.masking.sensitive_values import FEW


def test_v5_a_value_is_masked_until_nobody_holds_it() -> None:
    """Two runs may have the same one."""
    values = SensitiveValues()
    values.hold("run-1", ["hunter22", "squid-33"])
    values.hold("run-2", ["hunter22", "hunter22"])
    assert values.text("hunter22 and squid-33") == "******** and ********"
    values.release("run-1")
    assert values.text("hunter22 and squid-33") == "******** and squid-33"
    values.release("run-2")
    values.release("run-2")
    assert values.text("hunter22 and squid-33") == "hunter22 and squid-33"
    assert (values.held_by("run-1"), values._forms, values._holders) == ((), {}, {})


def test_v5_what_is_too_short_is_held_by_nobody() -> None:
    values = SensitiveValues()
    values.hold("run-1", ["", "abc"])
    assert values.held_by("run-1") == ()
    assert values.text("abc") == "abc"


def test_v5_a_text_with_a_value_in_it_is_as_sensitive() -> None:
    values = SensitiveValues()
    assert not values.are_in("hunter22")
    values.hold("run-1", ["hunter22"])
    assert values.are_in("postgres://me:hunter22@db")
    assert values.are_in("aHVudGVyMjI=")
    assert not values.are_in("hunter2")
    assert values.whole(b"\xffhunter22") == b"\xff********"
    assert values.text("\udcffhunter22") == "\udcff********"


def test_v5_the_same_values_are_compiled_once() -> None:
    values = SensitiveValues()
    values.hold("run-1", ["hunter22"])
    first = values.matcher
    values.hold("run-2", ["hunter22"])
    values.release("run-1")
    assert values.matcher is first
    values.hold("run-2", ["squid-33"])
    both = values.joined(first)
    assert both is values.matcher
    values.release("run-2")
    values.hold("run-3", ["another1"])
    assert values.joined(both).values == {"hunter22", "squid-33", "another1"}
    values.release("run-3")
    assert values.joined(both) is both


def test_v5_where_very_many_are_held_the_others_are_not_compiled_anew_with_each() -> None:
    """All that are held are masked; some that are released are for a while longer."""
    values = SensitiveValues()
    many = [f"value-{number:05}" for number in range(10 * FEW)]
    values.hold("all", many)
    compiled = values.matcher
    for number in range(FEW):
        values.hold(f"run-{number}", [f"another-{number:05}"])
        assert values.text(f"{many[number]} another-{number:05}") == "******** ********"
        assert values.matcher is not compiled
        assert values._compiled is compiled
    for number in range(FEW):
        values.release(f"run-{number}")
    assert values.text("another-00003") == "another-00003"
    assert values._compiled is compiled
    values.hold("run-1", [many[7]])
    values.release("all")
    values.hold("run-2", ["one more"])
    assert values.text(f"{many[6]} {many[7]} one more") == f"{many[6]} ******** ********"
    assert values.matcher.values == {many[7], "one more"}


def test_v5_a_value_that_is_released_and_held_again_is_masked() -> None:
    values = SensitiveValues()
    values.hold("all", [f"value-{number:05}" for number in range(2 * FEW)])
    assert values.matcher
    values.hold("run-1", ["hunter22"])
    assert values.text("hunter22") == "********"
    values.release("run-1")
    assert values.text("hunter22") == "hunter22"
    values.release("all")
    assert values.text("value-00001") == "value-00001"
    values.hold("run-2", ["value-00001"])
    assert values.text("value-00001") == "********"
    values.release("run-2")
    assert (values._forms, values._new, values.text("value-00001")) == ({}, {}, "value-00001")
