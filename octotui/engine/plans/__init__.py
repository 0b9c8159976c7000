"""Plans: a run played to its end beside the open ones, with other pool sizes or another task cap as well.

Pure, as all of the engine. A plan never decides anything, and never becomes a part of the State.
"""
