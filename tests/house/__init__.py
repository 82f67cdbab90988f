"""The house rules as checks; beside each, a good and a bad sample prove that it can fail."""
