"""Machines that are containers of this one: reached by `podman exec` or `docker exec`, whichever is there.

What lives here: the transport, and the kinds of machine over it. What never does: how containers begin and
end, which is up to people, or to a dynamic pool (`runtime/leases`).
"""
