"""The search over stored messages: one grammar, answered by a function of a message or by SQL."""
