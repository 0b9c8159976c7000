"""The allocation tree of a run as rows: workers with reasons, steps, targets, child runs, notes.

Rows carry marks, words and times. Never their layout in lines of a width: that is `ui.panels.tree_layout`.
"""
