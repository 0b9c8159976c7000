"""Archives from elsewhere, unpacked in one place: packages, backups, exports.

All names and links are validated before anything is written. Never what an archive is for, and never a feed.
"""
