"""The pure core: commands in, events out, one immutable State between them."""
