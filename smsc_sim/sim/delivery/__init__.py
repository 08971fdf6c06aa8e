"""Delivery to ESMEs: what is sent on which session, what waits, what is tried again or given up."""
