"""The only SQLAlchemy of the house: tables, units of work, reads."""
