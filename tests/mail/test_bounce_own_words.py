"""A reason that no table has is told by classes of words, in many languages; what blames us is no dead mailbox."""

import pytest

from mailproc.mail.reports.bounce import BounceClass
from mailproc.mail.reports.bounce_class import classify_failure
from mailproc.mail.reports.bounce_wordings import find_wording

HARD, SOFT, POLICY = BounceClass.hard, BounceClass.soft, BounceClass.policy


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("there's nobody called pat here", HARD, "user unknown"),
        ("Nobody named pat.smith at this company", HARD, "user unknown"),
        ("no account with that name on this system", HARD, "user unknown"),
        ("this name is not in use here", HARD, "user unknown"),
        ("we have no customer with this address", HARD, "user unknown"),
        ("the address is not set up on this server", HARD, "user unknown"),
        ("the recipient is not known to us", HARD, "user unknown"),
        ("that user has never existed here", HARD, "user unknown"),
        ("recipient could not be located in our directory", HARD, "user unknown"),
        ("the addressee cannot be found on this system", HARD, "user unknown"),
        ("we host no mailbox called pat", HARD, "user unknown"),
        ("mailbox has not been created", HARD, "user unknown"),
        ("pat@example.org isn't a mailbox on this server", HARD, "user unknown"),
        ("the account was cancelled by its owner", HARD, "mailbox disabled"),
        ("mailbox has been switched off", HARD, "mailbox disabled"),
        ("this address has been retired", HARD, "mailbox disabled"),
        ("account deleted at the user's request", HARD, "mailbox disabled"),
        ("the mailbox was shut down", HARD, "mailbox disabled"),
        ("the user closed this account in May", HARD, "mailbox disabled"),
        ("the owner has given up this mailbox", HARD, "mailbox disabled"),
        ("this mailbox has been blocked by its owner", HARD, "mailbox disabled"),
        ("the domain has no mail server", HARD, "domain unknown"),
        ("the domain name example.org is not registered", HARD, "domain unknown"),
        ("we can't find a mail server for example.org", HARD, "domain unknown"),
        ("the mailbox has run out of room", SOFT, "mailbox full"),
        ("there is no room left in the mailbox", SOFT, "mailbox full"),
        ("the mailbox can't take any more mail", SOFT, "mailbox full"),
        ("the inbox is over its limit", SOFT, "mailbox full"),
        ("storage for this user is used up", SOFT, "mailbox full"),
        ("the server there never answered", SOFT, "network error"),
        ("no answer from mx.example.org", SOFT, "network error"),
        ("gave up after trying for three days", SOFT, "delivery expired"),
        ("we could not reach the mail server", SOFT, "network error"),
        ("greylisted, come back in 300 seconds", SOFT, "rate limited"),
        ("please come back later", SOFT, "rate limited"),
        ("your message is 31 mb in size. the largest we take in is 20 mb", POLICY, "message too big"),
        ("an attachment of 25 MB is more than we allow", POLICY, "message too big"),
        ("only messages up to 10 MB are accepted", POLICY, "message too big"),
        ("Your sender address could not be found", POLICY, "sender rejected"),
        ("the sender does not exist", POLICY, "sender rejected"),
        ("the message was not found to be spam but the mailbox is full", SOFT, "mailbox full"),
        ("Der Empfänger ist auf diesem Server nicht eingerichtet", HARD, "user unknown"),
        ("Diese Adresse gibt es bei uns nicht", HARD, "user unknown"),
        ("Wir kennen niemanden mit diesem Namen", HARD, "user unknown"),
        ("Das Postfach wurde vom Inhaber aufgegeben", HARD, "mailbox disabled"),
        ("Im Postfach ist kein Platz mehr", SOFT, "mailbox full"),
        ("Der Empfänger hat sein Postfach nicht geleert, es nimmt nichts mehr auf", SOFT, "mailbox full"),
        ("Der Server des Empfängers antwortet nicht", SOFT, "network error"),
        ("Die Nachricht ist größer als erlaubt", POLICY, "message too big"),
        ("Als Werbung eingestuft und verworfen", POLICY, "blocked"),
        ("Aucun abonné ne porte ce nom", HARD, "user unknown"),
        ("Il n'y a pas de boîte à ce nom", HARD, "user unknown"),
        ("Ce compte a été résilié par son titulaire", HARD, "mailbox disabled"),
        ("La boîte du destinataire ne peut plus recevoir de messages", SOFT, "mailbox full"),
        ("Le serveur distant ne répond pas", SOFT, "network error"),
        ("No hay ningún usuario con ese nombre", HARD, "user unknown"),
        ("La cuenta fue eliminada por su titular", HARD, "mailbox disabled"),
        ("El buzón no tiene espacio", SOFT, "mailbox full"),
        ("El servidor de destino no responde", SOFT, "network error"),
        ("Non risulta alcun utente con questo nome", HARD, "user unknown"),
        ("La casella non ha più spazio", SOFT, "mailbox full"),
        ("Il server di destinazione non risponde", SOFT, "network error"),
        ("Não há nenhum usuário com esse nome", HARD, "user unknown"),
        ("A conta foi excluída pelo titular", HARD, "mailbox disabled"),
        ("O servidor de destino não responde", SOFT, "network error"),
        ("Wij kennen niemand met deze naam", HARD, "user unknown"),
        ("Het postvak heeft geen ruimte meer", SOFT, "mailbox full"),
        ("Det finns ingen användare med det namnet", HARD, "user unknown"),
        ("Der er ingen bruger med det navn", HARD, "user unknown"),
        ("Nie ma u nas takiej skrzynki", HARD, "user unknown"),
        ("Skrzynka nie ma już miejsca", SOFT, "mailbox full"),
        ("Takovou schránku u nás nemáme", HARD, "user unknown"),
        ("Такого адреса у нас нет", HARD, "user unknown"),
        ("такого почтового ящика нет", HARD, "user unknown"),
        ("В ящике нет места", SOFT, "mailbox full"),
        ("Сервер получателя не отвечает", SOFT, "network error"),
        ("Bu isimde bir kullanıcımız yok", HARD, "user unknown"),
        ("そのような宛先は登録されていません", HARD, "user unknown"),
        ("このアカウントは解約済みです", HARD, "mailbox disabled"),
        ("相手先のサーバーが応答しません", SOFT, "network error"),
        ("没有这个用户", HARD, "user unknown"),
        ("该邮箱已注销", HARD, "mailbox disabled"),
        ("邮箱已无剩余空间", SOFT, "mailbox full"),
        ("对方服务器无响应", SOFT, "network error"),
        ("그런 이름의 사용자가 없습니다", HARD, "user unknown"),
        ("편지함에 남은 공간이 없습니다", SOFT, "mailbox full"),
        ("상대 서버가 응답하지 않습니다", SOFT, "network error"),
    ],
)  # fmt: skip
def test_words_of_a_class_tell_the_reason(text: str, expected: BounceClass, reason: str) -> None:
    verdict = classify_failure(status=None, diagnostic=text)
    assert (verdict.bounce_class, verdict.reason) == (expected, reason)
    assert verdict.text_only


@pytest.mark.parametrize(
    "text",
    [
        "No action is required on your part.",
        "There is no need to resend your message at this time.",
        "No connection could be made to the server.",
        "Your sender address could not be found.",
        "You can delete your own text from the message. このメールは削除しても構いません。",
        "The group name is incorrect, or you may not post to it.",
        "the recipient does not accept newsletters",
        "quarantined as advertising",
        "we do not take mail from this network",
        "Your server is on a list of bad senders.",
    ],
)
def test_what_speaks_of_no_mailbox_is_no_dead_one(text: str) -> None:
    assert classify_failure(status=None, diagnostic=text).bounce_class is not HARD


def test_a_wording_that_is_known_comes_first() -> None:
    assert find_wording("mailbox full: nobody called Pat has emptied it") == (SOFT, "mailbox full")


@pytest.mark.parametrize("said", ["no address not account user ", "der Empfänger ist nicht ", "账号邮箱没有"])
def test_a_long_text_is_read_in_linear_time(said: str) -> None:
    find_wording(said * (4000 // len(said)))
