"""Names that nothing declares (V1)."""

import pytest
from msgspec.structs import replace

from octotui.model.complaints import Keys, SourcePosition
from octotui.model.process import Rolling, Runbook, Script, StartRunbook, Step, TemplateCall
from octotui.model.space import Model, Notify, Space, Value
from octotui.variables.check_names import check_names


def warnings(*steps: Step, **variables: str) -> list[tuple[Keys, str, SourcePosition]]:
    said: list[tuple[Keys, str, SourcePosition]] = []
    model = Model(
        space=Space("Small", "small"),
        runbooks={"go": Runbook(name="Go", steps=steps)},
        variables={name.replace("__", "."): (Value(value=value),) for name, value in variables.items()},
    )
    check_names(model, lambda at, message, where: said.append((at, message, where)))
    return said


def step(body: str, condition: str = "success") -> Step:
    return Step(name="A", action=Script(body=body), condition=condition)


def test_v1_a_misspelt_name_is_warned_of_with_the_nearest_one_and_its_place() -> None:
    ((at, message, where),) = warnings(step("echo\n  #{Db.Pasword}"), Db__Password="x")
    assert at == ("runbooks", "go", "steps", 0, "script", "body")
    assert message == 'There is no variable "Db.Pasword"; did you mean "Db.Password"?'
    assert where == SourcePosition(2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "#{Size}",
        "#{size | ToUpper}",
        "#{Json.a.b}",
        "#{Json[a].b}",
        "#{each x in Json}#{x.name}#{Octopus.Template.Each.Index}#{/each}",
        "#{if Size}#{Octopus.Environment.Name}#{/if}",
        "#{octopus.action[ a ].Output.X}",
        "#{Octopus.Action[A].Output[web].X}",
        "#{Octopus.Action[A].Output.Run[Elsewhere].X}",
        "#{Octopus.Step[A].Status.Code}",
        "#{Octopus.Action[#{Size}].Output.X}",
        "#{each step in Octopus.Action}#{step.Output.X}#{/each}",
        "#{calc Size + 1}",
        "#{Set[#{Size}]}",
        "#{Set}",
        "##{Nobody}",
        "#{ | NowDate}",
        "#{",
    ],
)
def test_v1_what_is_known_or_given_is_not_warned_of(text: str) -> None:
    assert warnings(step(text), Size="1", Json="{}", **{"Set[a]": "1"}) == []


@pytest.mark.parametrize(
    "text",
    [
        "#{if Sise}x#{/if}",
        '#{unless Sise == "a"}x#{/unless}',
        "#{each x in Sise}#{/each}",
        "#{if Size}#{Sise}#{/if}",
        '#{Size | Replace "a" #{Sise}}',
        "#{calc 1 + Sise}",
        "#{Sise.a}",
    ],
)
def test_v1_a_name_is_found_wherever_it_stands(text: str) -> None:
    assert [message for _, message, _ in warnings(step(text), Size="1")] == [
        f'There is no variable "{"Sise.a" if ".a" in text else "Sise"}"'
        + ("; it stays as it is written." if ".a" in text else '; did you mean "Size"?')
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Octopus.Enviroment.Name", "Octopus.Environment.Name"),
        ("octopus.step[Build].Status.Kode", "Octopus.Step[Build].Status.Code"),
        ("Octopus.Action.Package[a.b].PackageFilePath", "Octopus.Action.Package[a.b].ExtractedPath"),
    ],
)
def test_v1_a_misspelt_name_of_ours_is_warned_of(name: str, meant: str) -> None:
    ((_, message, _),) = warnings(step(f"#{{{name}}}"))
    assert message == f'There is no variable "{name}"; did you mean "{meant}"?'


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Octopus.Action[Bild].Output.X", 'No step has the name "Bild"; did you mean "Build"?'),
        ("Octopus.Action[Other].Output[web].X", 'No step has the name "Other"; it stays as it is written.'),
        ("Octopus.Action[bild].IsSkipped", 'No step has the name "bild"; did you mean "Build"?'),
        ("Octopus.Step[Bild].Status.Code", 'No step has the name "Bild"; did you mean "Build"?'),
    ],
)
def test_v1_what_no_step_of_its_process_can_set_is_warned_of(name: str, told: str) -> None:
    """In a script, in a value for a run, and beside steps within another; variables may be of any process."""
    build = Step(name="Build", action=Script(body=f"#{{{name}}}"))
    start = StartRunbook(runbook="child", variables={"Size": f"#{{{name}}}"})
    rolling = Step(name="Roll", action=Rolling(steps=(build, Step(name="Start", action=start))))
    child = Runbook(name="Child", steps=(Step(name="Other", action=Script(body="")),))
    model = Model(
        space=Space("Small", "small"),
        runbooks={"go": Runbook(name="Go", steps=(rolling,)), "child": child},
        variables={
            "Any": (Value(value="#{Octopus.Action[Build].Output.X} #{Octopus.Action[Other].Output.X}"),)
        },
    )
    said: list[tuple[object, str]] = []
    check_names(model, lambda at, message, where: said.append((at[-1], message)))
    assert said == [("body", told), ("Size", told)]


def test_v1_each_misspelt_name_of_a_text_is_told_once_and_of_very_many_the_first() -> None:
    said = warnings(step("#{Sise} #{Size}\n#{sise} #{Colr}"), Size="1", Color="2")
    assert [(message.partition('"')[2].partition('"')[0], where.line) for _, message, where in said] == [
        ("Sise", 1),
        ("Colr", 2),
    ]
    assert len(warnings(step("".join(f"#{{n{number}}}" for number in range(50))))) == 10


def test_v1_the_script_of_a_template_may_name_its_parameters_and_variables() -> None:
    body = "#{Url} #{Size}\n#{Octopus.Step.Name} #{Urll} #{No}"
    call = TemplateCall(template="own", body=body, parameters={"Url": ""})
    said = warnings(Step(name="A", action=call), Size="1")
    assert [(at[-1], message) for at, message, _ in said] == [
        (
            "template",
            'In line 2 of the script of "own": There is no variable "Urll"; did you mean "Url"?',
        ),
        (
            "template",
            'In line 2 of the script of "own": There is no variable "No"; it stays as it is written.',
        ),
    ]
    assert warnings(Step(name="A", action=replace(call, verbatim=True)), Size="1") == []


def test_v1_notifications_are_texts_of_the_model_too() -> None:
    said: list[str] = []
    call = TemplateCall(
        template="t",
        body="",
        parameters={"Text": "#{Octopus.Interruption.Title} #{To} #{Db.Pasword}", "To": ""},
    )
    model = Model(
        space=Space("Small", "small"),
        notify=Notify(action=call),
        variables={"Db.Password": (Value(value="x"),)},
    )
    check_names(model, lambda at, message, where: said.append(message))
    assert said == ['There is no variable "Db.Pasword"; did you mean "Db.Password"?']


def test_v1_conditions_parameters_and_values_are_texts_too_and_published_outputs_are_known() -> None:
    template = TemplateCall(template="t", body="", parameters={"Url": "#{Urk}", "Path": "#{Url}"})
    said = warnings(
        Step(name="A", action=template, publish={"Bundle": "set"}),
        step("#{Bundle}", condition="#{Lief}"),
        Life="#{Nothing}",
    )
    assert [(at[-1], message.partition('"')[2].partition('"')[0]) for at, message, _ in said] == [
        ("condition", "Lief"),
        ("Url", "Urk"),
        ("value", "Nothing"),
    ]
