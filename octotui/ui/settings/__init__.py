"""What an account has chosen for the app, as values that screens and widgets go by.

They are read elsewhere, from files of the account, and handed to the app. Nothing here reads a file, and
never does a setting change what a run does.
"""
