"""Views of a State: rows, trees and sentences, without a terminal.

One file for each pane or verb; `tree` is the allocation tree. Never colours or keys (`ui`), and never a copy
of the engine's decisions.
"""
