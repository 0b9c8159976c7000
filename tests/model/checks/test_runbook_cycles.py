from pathlib import Path

from tests.model.texts import complaints_of, model_of


def runbook(slug: str, child: str, more: str = "") -> str:
    return f'[[runbooks.{slug}.steps]]\nname = "go to {child}"\nrunbook = "{child}"\n{more}\n'


def circles(folder: Path, text: str) -> list[str]:
    return [str(each).partition("circle: ")[2] for each in complaints_of(folder, text)]


def test_a_circle_is_named_at_the_step_that_closes_it(tmp_path: Path) -> None:
    text = runbook("a", "b") + runbook("b", "c") + runbook("c", "a")
    assert circles(tmp_path, text) == ['"a" → "b" → "c" → "a"; say wait = false in one step.']
    (complaint,) = complaints_of(tmp_path, text)
    assert complaint.key == 'runbooks.c.steps["go to a"].runbook'


def test_a_runbook_that_starts_itself_is_a_circle(tmp_path: Path) -> None:
    assert circles(tmp_path, runbook("a", "a")) == ['"a" → "a"; say wait = false in one step.']


def test_every_circle_is_named_once(tmp_path: Path) -> None:
    text = runbook("out", "a") + runbook("a", "b") + runbook("a", "c") + runbook("b", "a") + runbook("c", "a")
    assert len(circles(tmp_path, text)) == 2


def test_who_does_not_wait_or_is_disabled_closes_no_circle(tmp_path: Path) -> None:
    model_of(tmp_path, runbook("a", "b") + runbook("b", "a", "wait = false"))
    model_of(tmp_path, runbook("a", "b") + runbook("b", "a", "enabled = false"))


def test_two_ways_to_one_runbook_are_no_circle(tmp_path: Path) -> None:
    model_of(
        tmp_path,
        runbook("a", "b") + runbook("a", "c") + runbook("b", "d") + runbook("c", "d") + "[runbooks.d]",
    )


def test_of_a_long_circle_the_beginning_is_named(tmp_path: Path) -> None:
    text = "".join(runbook(f"r{number}", f"r{(number + 1) % 3000}") for number in range(3000))
    (told,) = circles(tmp_path, text)
    assert told.startswith('"r0" → "r1" → ')
    assert told.endswith(' → "r19" → 2980 more → "r0"; say wait = false in one step.')
