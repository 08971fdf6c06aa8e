"""The message store as the rest sees it: what is kept of each message, whatever keeps it."""
