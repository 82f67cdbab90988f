"""Measurements: the service beside a bare floor, in the same run. Start with ``python -m bench``.

floor      the least that could be called the same job: one row, one commit, one stream
load       visitors and staff who write at a set pace, in a process of their own
places     starts and ends the floor, the service and a PostgreSQL, all on loopback
figures    percentiles, medians, ratios and the table
"""
