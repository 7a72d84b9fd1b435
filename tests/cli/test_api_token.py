"""`api-token`: made once, shown once, listed and revoked."""

import json

from command_line import Shell


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(either: Shell) -> None:
    made = json.loads(either.run("api-token", "create", "crm-export", "--scope", "read", "--json").stdout)
    assert made["token"].startswith("mp_")
    assert len(made["token"]) == 46
    listed = either.run("api-token", "list", "--json").stdout
    assert made["token"] not in listed
    assert [(one["name"], one["scopes"], one["holds"]) for one in json.loads(listed)] == [
        ("crm-export", ["read"], True)
    ]
    assert either.run("api-token", "revoke", made["id"]).returncode == 0
    assert json.loads(either.run("api-token", "list", "--json").stdout)[0]["holds"] is False
    assert either.run("api-token", "revoke", made["id"]).returncode == 66
