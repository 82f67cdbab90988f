"""Whole nights, from the first start to the erasure, against the running service."""
