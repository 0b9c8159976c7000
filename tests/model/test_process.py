from octotui.model.process import Manual, Requirement, Runbook, Script, Step

SCRIPT = Script(body="true")


def test_s2_steps_start_together_with_the_one_before() -> None:
    starts = ("with-previous", "after-previous", "with-previous", "with-previous", "after-previous")
    steps = tuple(Step(name=str(index), action=SCRIPT, start=start) for index, start in enumerate(starts))
    assert Runbook(name="x", steps=steps).groups() == ((0,), (1, 2, 3), (4,))
    assert Runbook(name="x").groups() == ()


def test_a_manual_step_needs_no_worker() -> None:
    assert Step(name="x", action=SCRIPT).needs_worker
    assert not Step(name="x", action=Manual(instructions="?")).needs_worker


def test_how_a_requirement_is_written() -> None:
    assert [Requirement("b", "1.0").text, Requirement("a").text] == ["b@1.0", "a"]


def test_w6_the_ids_of_packages_keep_their_order_without_versions() -> None:
    packages = (Requirement("b", "1.0"), Requirement("a"))
    assert Step(name="x", action=SCRIPT, packages=packages).package_ids == ("b", "a")
