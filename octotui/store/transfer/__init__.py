"""A space or its runs as one file: backups, exports, imports, and logs played back.

Nothing in a file from elsewhere is believed before it was looked at. Never the live journal's format: that is
`journal`.
"""
