"""Madoakari: the lit window that somebody awake at night sees."""
