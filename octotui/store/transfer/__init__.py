"""A space or its runs as one file: backups, exports, imports, and logs played back.

Files from elsewhere are validated before use. Never the live journal's format: that is `journal`.
"""
