"""Keys, sealing, pseudonyms, passphrases, masking, redaction."""
