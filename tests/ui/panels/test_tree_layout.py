from octotui.ui.panels.tree_layout import TreeLayout
from octotui.views.labels import UNICODE
from octotui.views.tree import run_tree
from tests.scenes import SCENES


def laid(name: str, run: str, width: int) -> list[str]:
    scene = SCENES[name]()
    return [
        "".join(text for text, _ in line.spans).rstrip()
        for line in TreeLayout().lay(run_tree.rows(scene.state, run, scene.now)[1:], width, UNICODE)
    ]


def test_a_note_stands_in_its_row_where_it_fits():
    assert laid("seed", "run-1", 90)[:3] == [
        "worker1" + "first in setup".rjust(83),
        "├ ✔ Create AWS RDS in Development" + "succeeded     0s".rjust(57),
        "│  └ ▶ run-2 Development on worker1  first in setup" + "executing    12s".rjust(39),
    ]


def test_a_note_that_does_not_fit_stands_beneath():
    assert laid("seed", "run-1", 60)[5:10] == [
        "├ ✔ Create AWS RDS in Test                  succeeded     0s",
        "│  └ ▶ run-3 Test on worker2                executing    12s",
        "│     │ next after worker1 in setup",
        "│     └ ▶ Create the instance                 running    12s",
        "├ ✔ Create AWS RDS in Staging               succeeded     0s",
    ]


def test_sentences_wrap():
    assert laid("lock_wait", "run-9", 50)[1:5] == [
        "├ ◔ acquire worker-image 1.0.0        waits     1s",
        "│    waits for exclusive use of worker1: run-6 is",
        "│    acquiring worker-image for 1s · first in",
        "│    queue",
    ]


def test_only_the_first_line_of_a_row_is_stood_on():
    scene = SCENES["lock_wait"]()
    lines = TreeLayout().lay(run_tree.rows(scene.state, "run-9", scene.now), 50, UNICODE)
    assert [line.first for line in lines][:6] == [True, True, True, False, False, False]
    assert len({line.key for line in lines}) == len(lines)


def test_v7_a_progress_is_a_bar_in_one_line_that_is_cut():
    scene = SCENES["telling"]()
    rows = run_tree.rows(scene.state, "run-1", scene.now)[-1:]
    for width, told in (
        (80, "     ████████████░░░░░░░░  62 %  94 of 151 files"),
        (40, "     ██████░░░░  62 %  94 of 151 files"),
        (30, "     ██████░░░░  62 %  94 of…"),
    ):
        (line,) = TreeLayout().lay(rows, width, UNICODE)
        assert "".join(text for text, _ in line.spans) == told
        assert not line.first


def test_a_row_that_is_as_it_was_keeps_its_lines_at_the_same_width():
    scene, layout = SCENES["seed"](), TreeLayout()
    rows = run_tree.rows(scene.state, "run-1", scene.now)
    first = layout.lay(rows, 60, UNICODE)
    later = layout.lay(run_tree.rows(scene.state, "run-1", scene.now + 1), 60, UNICODE)
    kept = [one is other for one, other in zip(first, later, strict=True)]
    assert True in kept
    assert False in kept
    wider, new = layout.lay(rows, 70, UNICODE), TreeLayout().lay(rows, 70, UNICODE)
    assert [line.spans for line in wider] == [line.spans for line in new]
