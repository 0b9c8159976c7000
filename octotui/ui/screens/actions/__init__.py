"""The bases of screens: what can be done to a run, a start, a machine, and in time; each with its keys.

They know the selected run and its picture, and open dialogs and further screens. Never a layout: that is each
screen's.
"""
