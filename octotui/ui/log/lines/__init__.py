"""The lines of logs as views take them: of one job or several, searched, filtered, and written.

Everything here goes by line numbers, and reads no more of a log than it is asked for; a search reads it block
by block. Never widgets, keys or the screen: nothing here knows them, so that verbs search with it as well.
"""
