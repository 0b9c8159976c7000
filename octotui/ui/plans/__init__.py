"""Plans on the screen: a player beside the app, and the dialog with two plans side by side.

What they say comes from `views/plans`. A plan never starts anything, and no key ever waits for one.
"""
