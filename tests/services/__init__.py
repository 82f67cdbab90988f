"""Real services for tests: PostgreSQL, Redis and Chromium, started here and thrown away."""
