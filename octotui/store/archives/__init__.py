"""The one door by which archives from elsewhere are unpacked: packages, backups, exports.

All names and links are judged before anything is written. Never what an archive is for, and never a feed.
"""
