"""Alembic's entry: runs the revisions on the connection that `database.migrate` hands over."""

from alembic import context

from mailproc.store.engine.table import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
