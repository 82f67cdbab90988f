"""What must not be lost when the machine fails."""
