"""The screens: the board, one run, and the actions both share.

A screen lays out panels and sends commands. Never how a list or a line is drawn.
"""
