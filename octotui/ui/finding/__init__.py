"""What the palette finds beside declared commands: starts and places, by name.

A search never holds up a key: it goes on in slices, and a later one ends it.
"""
