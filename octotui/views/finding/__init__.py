"""What the palette finds by name: what can be started where, and runs, workers, pools and projects.

Names are those that others wrote: text, never markup. The cost of a search is linear in the names and in
their length, so that no name and no query holds up the app.
"""
