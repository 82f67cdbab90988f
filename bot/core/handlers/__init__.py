"""One use case per file. Handlers never call one another and never commit."""
