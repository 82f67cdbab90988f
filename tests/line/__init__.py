"""The LINE channel with the real SDK, against a LINE of our own."""
