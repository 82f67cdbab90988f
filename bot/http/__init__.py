"""What every page of the house shares: forms in, headers, templates and event streams out."""
