"""Values of schedules that do nothing, or keep their runs from starting: warned of (V5, V6)."""

from collections.abc import Sequence

from octotui.model.checks.prompts import answer_problem
from octotui.model.complaints import InsideReport, SourcePosition, did_you_mean
from octotui.model.iteration import values_seen_by
from octotui.model.space import Model, Value


def warn_of_schedule_values(model: Model, report: InsideReport) -> None:
    """Warn of values that no variable of the process takes, or that no prompt of it accepts."""
    for slug, schedule in model.schedules.items():
        seen = values_seen_by(model, schedule.process) if schedule.variables else {}
        declared = {name.lower(): values for name, values in seen.items()}
        for name, value in schedule.variables.items():
            values = declared.get(name.lower())
            if values is None:
                sentence = f'"{schedule.process}" has no variable "{name}"{did_you_mean(name, seen)}'
            else:
                sentence = _problem(values, value)
            if sentence:
                report(("schedules", slug, "variables", name), sentence, SourcePosition(1, 1))


def _problem(values: Sequence[Value], text: str) -> str:
    """What is wrong with giving this text to a variable, as a sentence, or nothing."""
    if any(each.is_sensitive for each in values):
        return "Nobody may see it, and here all can read it; read it where it is declared instead."
    prompts = [each.prompt for each in values if each.prompt is not None]
    problems = [answer_problem(each, text) for each in prompts]
    if problems and None not in problems:
        return f"Its runs will not start: it {problems[0]}."
    return ""
