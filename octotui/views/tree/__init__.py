"""The allocation tree of a run as rows: workers and why these, steps, targets, child runs, notes.

Rows carry marks, words and times. Never their layout in lines of a width: that is `ui.panels.tree_layout`.
"""
