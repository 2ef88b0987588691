"""What Alembic runs for an upgrade: on the connection handed to it, inside the transaction that the caller opened."""

from __future__ import annotations

from alembic import context

from listener.ledger.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
