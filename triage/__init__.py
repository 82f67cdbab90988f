"""Danger triage: text in, verdict out. Pure, offline, usable alone by a researcher.

This package imports nothing else of the house.
"""
