"""Parts of the pane of runs: its keys, its filter with pages and counts of what has ended.

Each is of that one pane. Never a widget that another list could have, and never what a row shows.
"""
