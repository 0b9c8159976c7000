"""Lists as columns: their widths, cells, and sort keys.

The app's panes and the verbs draw from the same columns. Never where a list gets its rows from.
"""
