"""The panes of the dashboard and of the pages of workers, pools and environments.

They draw what `views/pages` says. Never what is looked up, nor which screen comes next.
"""
