"""A Discord of our own on the loopback address: its gateway, its REST API and its people."""
