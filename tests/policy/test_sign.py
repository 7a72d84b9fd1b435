import pytest
from posted import account_with, mail, reply_mail, shipped_rules

from mailproc.errors import RulesError
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.pipeline import decide_mail
from mailproc.policy.decision import Action, Also, Decision
from mailproc.policy.rules.intent import (
    OF_ELSEWHERE,
    OF_HALF_WORDS,
    OF_REASONS,
    OF_SIGNS,
    OF_STAYING,
    read_intent,
)
from mailproc.policy.rules.rules import read_rules

RULES = """
language = "en"
first_person = ["me"]
[[rule]]
id = "wish"
action = "review"
sign = "wish"
phrases = ["let it be"]
hits = ["let it be"]
misses = ["be it so"]
[[rule]]
id = "why-retired"
sign = "why"
also = ["alert"]
phrases = ["i have retired", "i let it be known"]
hits = ["I have retired", "I let it be known"]
misses = ["I retire the car"]
[[rule]]
id = "why-moved"
sign = "why"
phrases = ["i have moved"]
hits = ["I have moved"]
misses = ["I move"]
[[rule]]
id = "mail"
sign = "mail"
phrases = ["retired from your list", "your mails"]
hits = ["your mails"]
misses = ["your males"]
[[rule]]
id = "order"
sign = "against"
phrases = ["my order"]
hits = ["my order"]
misses = ["in order"]
[[rule]]
id = "bare"
action = "unsubscribe"
sign = "wish"
phrases = ["strike (it|me)$"]
hits = ["strike it"]
misses = ["strike"]
[[rule]]
id = "elsewhere"
sign = "elsewhere"
phrases = ["i cannot come"]
hits = ["I cannot come"]
misses = ["Come in"]
[[rule]]
id = "stay"
sign = "stay"
phrases = ["i miss you"]
hits = ["I miss you"]
misses = ["I missed the bus"]
[[rule]]
id = "false-friend"
guard = "false_friend"
phrases = ["the hedge"]
hits = ["the hedge"]
misses = ["the edge"]
"""


def decided(text: str) -> Decision:
    return decide_mail(mail(reply_mail(text)), NOT_CHECKED, account_with(), read_rules({"10-en.toml": RULES}))


@pytest.mark.parametrize(
    "text",
    ["I have retired from your list. Please let it be.", "I have retired. Please let it be your mails that end."],
    ids=["in the words of one", "beside them"],
)
def test_a_wish_and_a_why_that_name_mail_are_a_request_with_both_as_evidence(text: str):
    decision = decided(text)
    assert (decision.action, decision.rule, decision.reason) == (Action.unsubscribe, "wish", OF_SIGNS)
    assert [one.rule for one in decision.evidence] == ["wish", "why-retired"]
    assert Also.alert in decision.also


@pytest.mark.parametrize(
    "text",
    ["I have retired. Please let it be.", "Your mails are here. I have retired. Please let it be."],
    ids=["nothing is named", "mail is named elsewhere"],
)
def test_a_wish_and_a_why_about_something_that_is_not_named_are_before_a_person(text: str):
    decision = decided(text)
    assert (decision.action, decision.rule, decision.reason) == (Action.review, "wish", OF_HALF_WORDS)
    assert [one.rule for one in decision.evidence] == ["wish", "why-retired"]
    assert decision.facts == ()
    assert Also.alert in decision.also


def test_of_several_pairs_the_one_that_names_mail_is_taken():
    decision = decided("I have retired from your list. I let it be known, and please let it be.")
    assert decision.action == Action.unsubscribe


def test_a_wish_alone_is_before_a_person_and_a_why_alone_does_nothing():
    assert decided("Please let it be.").action == Action.review
    assert decided("I have retired.").action == Action.forward


def test_two_reasons_of_two_rules_are_before_a_person_and_two_of_one_rule_are_not():
    decision = decided("I have retired. I have moved.")
    assert (decision.action, decision.reason) == (Action.review, OF_REASONS)
    assert decided("I have retired. Yes, I have retired.").action == Action.forward


@pytest.mark.parametrize(
    "text",
    [
        "I have retired from your list. Let it be. My order has come.",
        "I have retired from your list. Let it be. Mind the hedge.",
        "I let it be known.",
        "I have retired from your list. Let it be. " + "The garden was green and the neighbours came to see it. " * 6,
    ],
    ids=["something speaks against it", "it may be something else", "the same words are not both", "a longer text"],
)
def test_signs_make_no_request_where(text: str):
    assert decided(text).action == Action.review


@pytest.mark.parametrize(
    "text", ["Strike it.", "I have moved. Strike it.", "The fence is red. Strike me.", "Your mails: strike it."]
)
def test_a_command_without_a_name_is_a_request_where_nothing_else_is_said_or_why_or_whom_or_mail(text: str):
    assert decided(text).action == Action.unsubscribe


@pytest.mark.parametrize(
    "text", ["The fence is red. Strike it.", "About the red fence: strike it.", "Strike it. My order came."]
)
def test_a_command_without_a_name_is_before_a_person_where_its_object_may_be_named(text: str):
    decision = decided(text)
    assert (decision.action, decision.rule, decision.reason) == (Action.review, "bare", OF_HALF_WORDS)


def test_who_cannot_come_may_mean_another_list_unless_the_request_names_mail():
    decision = decided("I cannot come. Strike me.")
    assert (decision.action, decision.reason) == (Action.review, OF_ELSEWHERE)
    assert decided("I cannot come. Thanks for your mails. Strike me.").action == Action.review
    assert decided("I cannot come. From your mails strike me.").action == Action.unsubscribe
    assert decided("I cannot come.").action == Action.forward


@pytest.mark.parametrize(
    "text",
    ["Strike me. I miss you.", "I miss you. From your mails strike me.", "I miss you. Strike it."],
    ids=["a request", "a request that names mail", "a command that names nothing"],
)
def test_who_would_have_more_beside_a_request_is_before_a_person(text: str):
    decision = decided(text)
    assert (decision.action, decision.reason) == (Action.review, OF_STAYING)


def test_who_would_have_more_and_asks_for_no_end_is_forwarded():
    assert decided("I miss you.").action == Action.forward
    assert decided("I miss you. I have retired. I have moved.").action == Action.forward


@pytest.mark.parametrize("beside", ['guard = "talk"', 'action = "unsubscribe"'])
def test_a_sign_stands_beside_nothing_but_a_review_unless_it_is_a_wish(beside: str):
    rule = f'[[rule]]\nid = "x-y"\nsign = "why"\n{beside}\nphrases = ["x"]\nhits = ["x"]\nmisses = ["y"]\n'
    with pytest.raises(RulesError, match="a sign stands alone, beside the action review, or a wish"):
        read_rules({"10-en.toml": rule})


@pytest.mark.parametrize(
    "text",
    [
        "I no longer work in this field, no need to write to me.",
        "No idea how you got my address, but lose it.",
        "We've sold the boat, so don't bother emailing us.",
        "I never read your mailings. Please cancel mine.",
    ],
)
def test_weak_words_ask_together(text: str):
    rules = shipped_rules()
    assert read_intent(rules.matcher.match(text), rules).action == Action.unsubscribe


@pytest.mark.parametrize(
    "text",
    [
        "I no longer have the receipt, can I still return it?",
        "We've sold the boat. Keep them coming, I love reading them!",
        "I have moved, and my order went to the old house. Please cancel it.",
        "Your mails end up in my spam folder, any idea how to stop that?",
        "Too many moles, how do I stop them?",
    ],
)
def test_weak_words_about_something_else_do_not_ask(text: str):
    rules = shipped_rules()
    assert read_intent(rules.matcher.match(text), rules).action != Action.unsubscribe


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Je ne travaille plus dans ce domaine, inutile de m'envoyer ces messages.", Action.unsubscribe),
        ("Ich bin in Rente, Sie brauchen mir nichts mehr zu schicken.", Action.unsubscribe),
        ("Monsieur Petit ne travaille plus chez nous, inutile de lui envoyer ces messages.", Action.review),
        ("Herr Kranz ist in Rente, Sie brauchen ihm nichts mehr zu schicken.", Action.review),
    ],
)
def test_who_tells_of_himself_is_no_third_person(text: str, action: Action):
    rules = shipped_rules()
    assert read_intent(rules.matcher.match(text), rules).action == action


@pytest.mark.parametrize(
    "text",
    [
        "The tap drips. How do I stop this?",
        "Wir brauchen den Platz nicht. Bitte streichen.",
        "Le colis est rouge. À supprimer, merci.",
        "De kast is te groot. Graag verwijderen.",
        "La sedia è rotta. Da cancellare, grazie.",
        "I can't make the tasting. Please take me off the list.",
        "Am Samstag sind wir krank. Bitte nehmen Sie mich von der Liste.",
        "Je ne pourrai pas venir mardi, retirez-moi de la liste.",
        "No podremos asistir. Quítenme de la lista.",
        "Jag kan inte komma på lördag, stryk mig.",
        "Не сможем прийти в пятницу, вычеркните нас.",
    ],
)
def test_what_may_be_about_another_thing_or_list_is_before_a_person(text: str):
    rules = shipped_rules()
    assert read_intent(rules.matcher.match(text), rules).action == Action.review


@pytest.mark.parametrize(
    "text",
    [
        "How do I stop this?",
        "Bitte streichen.",
        "Graag verwijderen.",
        "I can't make the tasting. Please take me off your mailing list.",
        "Am Samstag sind wir krank. Den Newsletter bitte abbestellen.",
        "Je ne pourrai pas venir mardi. Je ne veux plus recevoir vos mails.",
    ],
)
def test_the_same_words_ask_where_nothing_else_is_said_or_mail_is_named(text: str):
    rules = shipped_rules()
    assert read_intent(rules.matcher.match(text), rules).action == Action.unsubscribe


@pytest.mark.parametrize(
    "text",
    [
        "Please remove pat@old.example and add pat@new.example instead.",
        "Please take this one off the list and put me on with pat@new.example",
        "Bitte diese Adresse löschen und dafür pat@new.example aufnehmen",
        "Supprimez pat@old.example et ajoutez pat@new.example",
        "My late mother should be taken off your list.",
        "The addressee is deceased. Kindly remove from your database.",
        "Slet venligst min afdøde mor fra listen.",
        "Prosím vymažte mou zesnulou matku ze seznamu.",
        "SET GARDEN-NEWS NOMAIL",
    ],
)
def test_another_address_somebody_else_or_a_pause_is_before_a_person(text: str):
    rules = shipped_rules()
    assert read_intent(rules.matcher.match(text), rules).action == Action.review


@pytest.mark.parametrize(
    "text",
    [
        "Ich widerspreche der Nutzung meiner Daten für Werbezwecke.",
        "I object to the processing of my personal data for marketing.",
        "Je m'oppose au traitement de mes données à des fins de prospection.",
    ],
)
def test_an_objection_takes_off_and_goes_to_people(text: str):
    decision = decide_mail(mail(reply_mail(text)), NOT_CHECKED, account_with(), shipped_rules())
    assert (decision.action, decision.also) == (Action.unsubscribe, (Also.forward,))
