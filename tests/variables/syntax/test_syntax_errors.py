"""What is said of broken texts, and where (V1)."""

import pytest

from octotui.variables.template import TemplateError, parse


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ("a\n  #{if x}\nb", 2, 3, "`#{if x}` is never closed; it wants `#{/if}`."),
        ("#{if x}a#{elseif y}b", 1, 9, "`#{elseif y}` is never closed; it wants `#{/if}`."),
        ("#{each a in B}", 1, 1, "`#{each a in B}` is never closed; it wants `#{/each}`."),
        ("é #{Foo", 1, 3, "`#{Foo…` is never closed with `}`; write `##{` where the text itself is meant."),
        ("#{Fo[o}", 1, 5, "`[` is not expected here; write `##{` where the text itself is meant."),
        ("#{a | }", 1, 7, "`}` is not expected here; write `##{` where the text itself is meant."),
        ("#{/if}", 1, 1, "`#{/if}` closes nothing here."),
        ("#{if a}#{/each}", 1, 8, "`#{/each}` closes nothing here; `#{if a}` is still open."),
        ("x #{else}", 1, 3, "`#{else}` wants an `#{if …}` before it."),
        ("#{each x}#{/each}", 1, 1, "`#{each` has the form `#{each item in Collection}`."),
        (
            "#{unless x}#{elseif y}#{/unless}",
            1,
            12,
            "`#{elseif` has the form `#{elseif Name}` after an `#{if Name}`.",
        ),
    ],
)
def test_v1_broken_syntax_is_told_with_its_place(text, line, column, sentence):
    with pytest.raises(TemplateError) as raised:
        parse(text)
    assert (raised.value.line, raised.value.column, raised.value.sentence) == (line, column, sentence)
