"""The server of a space: one session, shared over a Unix socket by any number of clients.

Theory of operation. One process owns a space: it holds the lock of its folder, runs the session and
listens on a socket in that folder. Everybody else is a client. State is replicated by its events: a
client says `Hello`, gets a snapshot of the State (or, after a reconnect, the events since the last one it
has), and then every committed event in order, which it folds with the same `evolve`. A screen therefore
shows the same thing in the server's process and in a client's, and looking at it costs the server
nothing.

Who a client is comes from the kernel (`peer_credentials`), never from what it says. Each request is
authorized for that account against the model's rights when it is answered, and a connection whose right
to read has ended is dropped. Accounts without rights are limited in rate and in connections
(`admission`).

Backpressure is never passed on to the session. What a client is to be told waits in a bounded buffer of
its own (`connection`); one that lets it overflow, or reads nothing for too long, is disconnected, and
catches up by reconnecting. Likewise lines, requests in flight and the time of a handshake are bounded for
each client. Events that are committed together are encoded once and sent as one line to all.

Requests are idempotent. A client makes a random key for each; when the connection or the server is lost
before the reply (`pending_requests`), it sends the same request with the same key, and the server answers
from the journal (`repeated_requests`) if the request took effect before. A request without a definite end
is reported as `Undecided`, never guessed.

A server ends on request, on a signal, when its folder is moved or its session fails, or, if a client
started it, some time after nobody needs it (`lifetime`). The socket is put in place only once it listens,
so that whoever can connect is answered. The model's file is watched (`model_watcher`): a valid change is
loaded, a broken one is reported and changes nothing. Clients that may not open the folder read logs
through `log_mirror`.

Never the effects of events: those are the session's.
"""
