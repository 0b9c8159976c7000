"""Small widgets that panels and dialogs are made of: lists of lines, inputs, headings, the key bar.

They know rows and spans alone. Never a State, a run or a session.
"""
