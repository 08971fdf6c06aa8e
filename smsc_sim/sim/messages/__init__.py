"""The life of a message: taken in, decided upon, kept, asked for, changed, and ended."""
