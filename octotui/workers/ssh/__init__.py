"""Machines that SSH reaches: connections, logins, host keys, and commands over them.

`transports` is what others use; asyncssh is imported only where a connection is made. Never what is done over
there: that is `remote`, over any transport.
"""
