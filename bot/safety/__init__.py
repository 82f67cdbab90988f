"""The lines that may be named to people. Data with a source, a reviewer and a date."""
