"""What is printed and asked at a terminal, or at whatever stands in its place.

`output` is the one door, through which every verb prints. Never which sentence is said: verbs know that.
"""
