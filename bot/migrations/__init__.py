"""Numbered steps of the database, one sentence each."""
