"""Sessions, and the accounts that own them: who is bound, as what, within which limits, and how it ends."""
