"""Text from outside as it may be shown: control and invisible characters made visible, SGR codes judged.

The screen and plain output share these functions. Never where a text is drawn: that is `ui` and `cli`.
"""
