"""The panes of screens: runs, pools, tree, output, question, status, replay.

One panel for each view, fed by reactives. Never a command to the session: panels post messages.
"""
