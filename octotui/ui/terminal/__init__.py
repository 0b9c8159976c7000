"""What the app asks of the terminal beside drawing: the clipboard.

Texts of others go to it encoded, never as they are. Never what is drawn: that is Textual's.
"""
