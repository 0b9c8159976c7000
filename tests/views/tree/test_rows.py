from octotui.engine.state import JobProgress
from octotui.views.tree.rows import Branch, TreeRow, grown


def branch(text: str, *branches: Branch, said: tuple[str, ...] = (), kind: str = "step") -> Branch:
    row = TreeRow(key=text, kind=kind, text=text)
    return Branch(row=row, branches=list(branches), notes=[(each, "muted") for each in said])


def test_rails_connect_what_hangs_together():
    tree = branch(
        "root",
        branch("w1", branch("a", branch("a1"), said=("why",)), branch("b", said=("so",)), kind="worker"),
        branch("c", branch("c1")),
        kind="run",
    )
    assert [row.rails + row.text for row in grown(tree)] == [
        "root",
        "w1",
        "├ a",
        "│  │ why",
        "│  └ a1",
        "└ b",
        "     so",
        "c",
        "└ c1",
    ]


def test_texts_have_keys_of_their_own_and_belong_to_their_row():
    rows = list(grown(branch("root", branch("a", said=("one", "two")))))
    assert [row.key for row in rows] == ["root", "a", "a#0", "a#1"]
    assert [row.kind for row in rows[2:]] == ["text", "text"]


def test_v7_a_progress_stands_right_beneath_its_row():
    far = branch("a", said=("one",))
    far.progress = JobProgress(40, "so")
    rows = list(grown(branch("root", far)))
    assert [(row.key, row.kind, row.percentage) for row in rows[1:]] == [
        ("a", "step", None), ("a%", "progress", 40), ("a#0", "text", None),
    ]  # fmt: skip
