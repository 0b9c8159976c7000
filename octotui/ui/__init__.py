"""The Textual app: thin screens, one panel for each view.

Here live the app, theme, palette and replay; `screens`, `dialogs`, `panels`, `log` and `widgets` below. Never
a rule or a sentence about runs that a verb needs, too.
"""
