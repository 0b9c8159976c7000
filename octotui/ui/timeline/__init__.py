"""The pane of a timeline: its axis and lanes, a cursor in time, and what was there in a sentence.

What is shown is worked out in `views.timeline`; here it is asked for, followed while it goes on, scrolled and
zoomed. Never a State, and never a screen.
"""
