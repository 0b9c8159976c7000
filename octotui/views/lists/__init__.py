"""Lists as columns: which there are, how wide each is, what it shows of a row, and how rows are sorted by it.

The app's panes and the verbs draw from the same columns. Never where a list gets its rows from.
"""
