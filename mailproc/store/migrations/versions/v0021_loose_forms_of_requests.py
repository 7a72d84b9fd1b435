"""Requests by an address alone are found by its loose form, too: whoever comes with it later in another form is out.

Whoever came before this revision stays as they are: nothing was said of them then, and hooks were told so.
"""

import sqlalchemy as sa
from alembic import op

from mailproc.policy.address_key import loose_form
from mailproc.store.migrations.telling import tell

revision = "0021"
down_revision = "0020"

_LINE = 100_000  # facts between two lines that tell how far it has come
_FACTS = sa.text(
    "SELECT account_id, id, address_key FROM fact WHERE (account_id, id) > (:account_id, :id)"
    " AND kind IN ('opt_out', 'complaint') AND key IS NULL AND (address_key LIKE '%+%' OR address_key LIKE '%=%'"
    " OR address_key LIKE '%@gmail.com' OR address_key LIKE '%@googlemail.com')"
    " ORDER BY account_id, id LIMIT 1000"
)
_WRITE = sa.text("UPDATE fact SET loose_key = :form WHERE account_id = :account_id AND id = :id")


def upgrade() -> None:
    """Write the loose form of those addresses that have another one than themselves, page by page."""
    op.add_column("fact", sa.Column("loose_key", sa.Text))
    connection = op.get_bind()
    place, count = {"account_id": "", "id": ""}, 0
    while page := connection.execute(_FACTS, place).all():
        found = [(account_id, fact_id, at, loose_form(at)) for account_id, fact_id, at in page]
        rows = [{"account_id": one, "id": fact_id, "form": form} for one, fact_id, at, form in found if form != at]
        if rows:
            connection.execute(_WRITE, rows)
        if count // _LINE < (count := count + len(rows)) // _LINE:
            tell(f"0021: {count} requests are found by another form of their address; going on")
        place = {"account_id": page[-1][0], "id": page[-1][1]}
    condition = sa.text("loose_key IS NOT NULL")
    op.create_index(
        "fact_loose_idx",
        "fact",
        ["account_id", "loose_key", "level", "began_at"],
        postgresql_where=condition,
        sqlite_where=condition,
    )
