"""Values and their scopes: which one wins, and how a text is filled in."""
