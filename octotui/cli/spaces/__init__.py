"""The space a verb is about: which one is named, a client of its server, and the way to another.

Never what is read or changed in it: verbs know that.
"""
