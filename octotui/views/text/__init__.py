"""Text from outside, fit to be shown: control and invisible characters made visible, SGR codes filtered.

The screen and plain output share these functions. Never where a text is drawn: that is `ui` and `cli`.
"""
