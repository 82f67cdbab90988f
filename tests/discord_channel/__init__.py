"""The Discord channel on the real client library, against a Discord and a house of our own."""
