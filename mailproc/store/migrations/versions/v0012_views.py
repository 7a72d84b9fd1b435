"""Views for reports: who may be mailed, on which list, and what was said; read only, with readable times."""

from alembic import op

revision = "0012"
down_revision = "0011"

# A later revision that changes what they show drops them first, and makes them anew.
# What differs between the two: a time, a text out of JSON, the blocks of a standing as rows, and a word that makes a
# view over one table none that PostgreSQL would write through.
_SQLITE = {
    "time": "strftime('%Y-%m-%dT%H:%M:%fZ', {0} / 1000000.0, 'unixepoch')",
    "text": "json_extract({0}, '$.{1}')",
    "on_list": "EXISTS (SELECT 1 FROM json_each(s.blocks) b WHERE json_extract(b.value, '$[1]') = 'list'"
    " AND json_extract(b.value, '$[2]') = n.list_id)",
    "read_only": "",
}
_POSTGRESQL = {
    "time": "to_timestamp({0} / 1000000.0)",
    "text": "({0}::json ->> '{1}')",
    "on_list": "EXISTS (SELECT 1 FROM json_array_elements(s.blocks::json) b WHERE b ->> 1 = 'list'"
    " AND b ->> 2 = n.list_id)",
    "read_only": "CROSS JOIN (SELECT 1) AS read_only",
}


def upgrade() -> None:
    """Make the views; they hold nothing of their own."""
    words = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for view in (_subscribers(words), _list_subscribers(words), _facts(words)):
        op.execute(view)


def _subscribers(words: dict[str, str]) -> str:
    return f"""
CREATE VIEW subscribers AS
SELECT p.account_id, p.subscriber_key, p.address, coalesce(s.status, 'active') AS status,
       CASE WHEN coalesce(s.status, 'active') = 'active' THEN 0 ELSE 1 END AS is_out,
       CASE WHEN s.status = 'unsubscribed' THEN 1 ELSE 0 END AS email_opt_out,
       {words["time"].format("s.changed_at")} AS changed_at, coalesce(s.version, 0) AS version,
       {words["time"].format("p.created_at")} AS created_at
FROM (
    SELECT account_id, key AS subscriber_key, address, 'k:' || key AS person, created_at FROM subscriber
    UNION ALL
    SELECT o.account_id, o.key, o.address, o.person, NULL FROM standing o
    WHERE NOT EXISTS (SELECT 1 FROM subscriber u WHERE u.account_id = o.account_id AND u.key = o.key)
      AND (o.key IS NOT NULL OR NOT EXISTS (
          SELECT 1 FROM subscriber u WHERE u.account_id = o.account_id AND u.address_key = substr(o.person, 3)))
) p LEFT JOIN standing s ON s.account_id = p.account_id AND s.person = p.person
"""  # noqa: S608 - words of our own


def _list_subscribers(words: dict[str, str]) -> str:
    return f"""
CREATE VIEW list_subscribers AS
SELECT n.account_id, n.list_id, l.name AS list_name, n.subscriber_key, u.address,
       coalesce(s.status, 'active') AS status,
       CASE WHEN s.blocks IS NOT NULL AND {words["on_list"]} THEN 1 ELSE 0 END AS is_off_list,
       CASE WHEN coalesce(s.status, 'active') <> 'active' THEN 1
            WHEN s.blocks IS NOT NULL AND {words["on_list"]} THEN 1 ELSE 0 END AS is_out,
       {words["time"].format("n.joined_at")} AS joined_at
FROM subscription n
LEFT JOIN subscriber u ON u.account_id = n.account_id AND u.key = n.subscriber_key
LEFT JOIN list l ON l.account_id = n.account_id AND l.id = n.list_id
LEFT JOIN standing s ON s.account_id = n.account_id AND s.person = 'k:' || n.subscriber_key
"""  # noqa: S608 - words of our own


def _facts(words: dict[str, str]) -> str:
    def told(name: str) -> str:
        return words["text"].format("f.evidence", name)

    return f"""
CREATE VIEW facts AS
SELECT f.account_id, f.id AS fact_id, f.kind, f.level, f.list_id, f.key AS subscriber_key, f.address, f.channel,
       {words["time"].format("f.occurred_at")} AS occurred_at,
       {words["time"].format("f.about_mail_of")} AS about_mail_of,
       {words["time"].format("f.recorded_at")} AS recorded_at,
       {told("reason")} AS reason, {told("rule")} AS rule, {told("by")} AS said_by,
       {told("forgotten")} AS forgotten_at,
       f.retracts, f.evidence
FROM fact f {words["read_only"]}
"""  # noqa: S608 - words of our own
