"""The tour of the kraken demo: what to do next, by the State and by what is on the screen.

Its five steps, and when each is done. Never keys that the app does not have: they are those of its help.
"""
