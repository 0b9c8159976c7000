"""Small widgets of panels and dialogs: lists of lines, inputs, headings, the key bar.

They know rows and spans alone. Never a State, a run or a session.
"""
