"""`mailproc lists`, and lists made by command wherever a list is named."""

from command_line import Shell


def named(shell: Shell) -> dict[str, dict[str, object]]:
    found = shell.json("lists", "list")
    assert isinstance(found, list)
    return {one["id"]: one for one in found}


def with_settings_list(shell: Shell) -> Shell:
    settings = shell.folder / "mailproc.toml"
    text = settings.read_text(encoding="utf-8")
    lists = '[account.lists]\nnews = "Acme News"\n[account.list_spellings]\nnews = ["the letter"]\n[[hook]]'
    settings.write_text(text.replace("[[hook]]", lists), encoding="utf-8")
    return shell


def test_without_lists_it_says_what_that_means(database: Shell) -> None:
    assert "every opt-out is one of the whole account" in database.run("lists", "list").stdout


def test_a_list_is_made_changed_and_let_go(database: Shell) -> None:
    made = database.run("lists", "add", "weekly", "--name", "Acme Weekly", "--also", "the weekly", "--public")
    assert made.stdout == "acme: weekly (Acme Weekly), commercial, public\n"
    assert database.run("lists", "set", "weekly", "--classification", "transactional", "--private").returncode == 0
    assert named(database)["weekly"] == {
        "account": "acme",
        "id": "weekly",
        "name": "Acme Weekly",
        "also": ["the weekly"],
        "classification": "transactional",
        "public": False,
    }
    assert database.run("lists", "remove", "weekly").returncode == 0
    assert named(database) == {}


def test_what_is_not_there_cannot_be_changed_or_removed_and_what_is_there_not_added(database: Shell) -> None:
    assert database.run("lists", "set", "weekly").returncode == 66
    assert database.run("lists", "remove", "weekly").returncode == 66
    database.run("lists", "add", "weekly")
    assert database.run("lists", "add", "weekly").returncode == 65


def test_a_list_of_no_name_is_refused(database: Shell) -> None:
    for name in ("", " ", "x" * 101, "a\nb", "number-77", "a/b", "..", "a;b", "a,b", "a|b"):
        assert database.run("lists", "add", name).returncode == 65, name


def test_a_list_of_the_settings_is_there_and_can_be_changed_but_goes_in_the_settings_alone(database: Shell) -> None:
    shell = with_settings_list(database)
    assert named(shell)["news"]["also"] == ["the letter"]
    assert shell.run("lists", "set", "news", "--public", "--name", "News").returncode == 0
    assert (named(shell)["news"]["name"], named(shell)["news"]["public"]) == ("News", True)
    assert named(shell)["news"]["also"] == ["the letter", "Acme News"]
    gone = shell.run("lists", "remove", "news")
    assert (gone.returncode, "[account.lists]" in gone.stderr) == (65, True)
    assert (named(shell)["news"]["name"], named(shell)["news"]["public"]) == ("News", True)


def test_somebody_can_leave_a_list_that_was_made_by_command_and_no_other(database: Shell) -> None:
    database.run("lists", "add", "weekly")
    words = ("unsubscribe", "pat@example.org", "--level", "list", "--list")
    assert database.run(*words, "weekly").returncode == 0
    assert database.run(*words, "monthly").returncode == 65
    [person] = database.json("status", "pat@example.org", "--list", "weekly")  # type: ignore[misc]
    assert (person["status"], person["may_send"]["commercial"]) == ("active", False)
    database.run("lists", "add", "daily")
    [person] = database.json("status", "pat@example.org", "--list", "daily")  # type: ignore[misc]
    assert person["may_send"]["commercial"]


def test_a_reply_that_names_a_list_by_any_of_its_names_leaves_that_list_alone(database: Shell) -> None:
    settings = database.folder / "mailproc.toml"
    text = settings.read_text(encoding="utf-8").replace("[[hook]]", 'reply_scope = "named-list"\n[[hook]]')
    settings.write_text(text, encoding="utf-8")
    database.run("lists", "add", "weekly", "--name", "Acme Weekly", "--also", "Friday post")
    head = b"Return-Path: <pat@example.org>\nDelivered-To: reply@reply.acme.example\nFrom: pat@example.org\n"
    database.write("one.eml", head + b"Subject: Re: hello\n\nPlease unsubscribe me from the Friday post.\n")
    decided = database.json("explain", "one.eml")
    assert isinstance(decided, dict)
    decision = decided.get("decision", decided)
    assert (decision["level"], decision["list"]) == ("list", "weekly")
