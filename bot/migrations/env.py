"""What Alembic runs; the connection comes from ``bot.migrations``, inside its transaction."""

from __future__ import annotations

from alembic import context

from bot.storage.platform_tables import EVERYTHING

LOCK = 0x6D61646F  # one process migrates at a time

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
context.configure(
    connection=connection,
    target_metadata=EVERYTHING,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
