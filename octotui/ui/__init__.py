"""The Textual app: a thin app, a few screens, one panel per view."""
