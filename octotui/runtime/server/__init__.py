"""One space, many terminals: the server, its socket protocol, connections, and the client.

Here live requests with their authorization, copies of logs and the followed model. Never the effects of
events: the session has those.
"""
