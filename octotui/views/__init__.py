"""Pure pictures of a State: rows, trees and sentences, without a terminal.

One file for what a pane or verb shows; `tree` is the allocation tree. Never colours or keys (`ui`), and never
a decision of the engine's copied.
"""
