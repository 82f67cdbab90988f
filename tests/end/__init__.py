"""The whole service as a person runs it: a process, a port, a folder; and people at its doors."""
