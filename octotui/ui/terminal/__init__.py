"""What the app asks of the terminal: the clipboard, and to be drawn on where it knows less than others.

Texts of others go to it encoded, never as they are. Never here: what is drawn, which screens and widgets say.
"""
