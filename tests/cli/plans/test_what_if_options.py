"""Options of what if."""

import pytest

from octotui.cli.plans.what_if_options import WhatIfOptions, what_if_of
from octotui.engine.plans.what_if import WhatIf
from tests.scenes import kraken


def options(*pools: str, cap: str | None = None, compare: bool = False) -> WhatIfOptions:
    return WhatIfOptions(pools=pools, task_cap=cap, compare=compare)


def test_e6_pools_are_named_by_slug_or_name():
    assert what_if_of(kraken(), options("setup=5", "West US=1", cap="3")) == WhatIf(
        pools={"setup": 5, "west": 1}, task_cap=3
    )
    assert what_if_of(kraken(), options("setup=0")).pools == {"setup": 0}  # the engine says what is wrong
    assert what_if_of(kraken(), options()).changes_nothing


def test_e6_a_sign_says_how_many_more_or_fewer_than_now():
    assert what_if_of(kraken(), options("setup=+2", "west=-1", cap="-2")) == WhatIf(
        pools={"setup": 5, "west": 1}, task_cap=3
    )
    assert what_if_of(kraken(), options("setup=-5")).pools == {"setup": -2}  # the engine says what is wrong


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (options("setup"), "--pool takes a pool and a number, such as setup=5, not “setup”"),
        (
            options("setup=many"),
            "--pool setup takes a whole number, such as --pool setup=5 or --pool setup=+1, not “many”",
        ),
        (options("setup=" + "9" * 5000), "--pool setup takes a whole number"),
        (options("setup=٣"), "--pool setup takes a whole number"),
        (options("setup=+-1"), "--pool setup takes a whole number"),
        (options("setup=+"), "--pool setup takes a whole number"),
        (options("setpu=2"), 'there is no pool “setpu”; did you mean "setup"?'),
        (options("setup=2", "Setup=3"), "--pool names setup twice: give it one size"),
        (
            options(cap="few"),
            "--task-cap takes a whole number, such as --task-cap 5 or --task-cap +1, not “few”",
        ),
        (
            options(compare=True),
            "--compare needs something else to compare with: say --pool POOL=N or --task-cap N",
        ),
    ],
)
def test_e6_what_is_not_clear_is_refused(
    given: WhatIfOptions, sentence: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        what_if_of(kraken(), given)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
