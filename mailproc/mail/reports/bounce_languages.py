"""What bounces say in other languages than English: the wordings of each reason, and how subjects and texts tell it.

Letters are compared without their accents (`without_accents`): half of all servers send them without.
"""

import unicodedata

_PLAIN_LETTERS = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for first, last in ((0xC0, 0x24F), (0x1E00, 0x1EFF))
    for code in range(first, last + 1)
    if unicodedata.normalize("NFD", chr(code))[0].isascii()
} | {ord(letter): plain for letter, plain in zip("łŁøØıđĐ", "lLoOidD", strict=True)}


def without_accents(text: str) -> str:
    """A text with the Latin letters plain: `dépassé` is `depasse`; other scripts stay as they are."""
    return text if text.isascii() else text.translate(_PLAIN_LETTERS)


# `~` stands for the words between: any of the same sentence. RE2 knows word characters of ASCII alone, so `\\pL` is a
# letter of any script.
SAME_SENTENCE = r"(?:[^.;。；]|[.][^ ])*"
WORDINGS: dict[str, tuple[str, ...]] = {
    "mailbox full": (
        r"(postfach|mailbox|posteingang|konto|briefkasten)~( voll\b|überfüllt|überschritten|kein\w* .{0,12}platz)",
        r"speicherplatz|kontingent~(überschritten|erschöpft)",
        r"(bo[iî]te|messagerie|quota)~(pleine|saturée|dépassé)|plus (d.espace|de place)|espace ~insuffisant",
        r"(buz[oó]n|casilla|cuenta|cuota|bandeja)~(llen[oa]\b|excedid|superad|sin espacio)|superó (la|su) cuota",
        r"(caixa|cota|\bconta\b|quota)~(chei[ao]\b|excedeu|excedid|lotad|sem espaço)",
        r"(casella|spazio|quota)~(pien[ao]\b|esaurit|superat)",
        r"(postvak|mailbox|quotum|postbus)~( vol\b|overschreden)",
        r"(postlåda|brevlåda|inkorg|postkasse|indbakke|innboks|kvot)~(full|fuld|överskriden|overskredet)",
        r"(postilaatikk|kiinti)~(täyn|ylit)|(skrzynk|limit)~(przepełnion|pełn[aey]\b|przekroczon)",
        r"brak miejsca|(schránk|kvót)~(pln[aá]|přeplněn|překročen)|(postafiók|kvóta|tárhely)~(tel[et]|túllép)",
        r"переполнен|переповнен|недостаточно места|нет (свободного )?места",
        r"(ящик|квот|лимит|скриньк)\pL{0,4}~(заполнен|превышен|исчерпан|заповнен|перевищен)",
        r"(kutusu|kota)\pL{0,3}~(dolu|dolmuş|aşıl)|(γραμματοκιβώτιο|όριο|χώρος)~(πλήρες|γεμάτο|υπέρβαση)",
        r"容量|(受信箱|ボックス)~(いっぱい|一杯|満)|空きがな|已满|已滿|配额|配額",
        r"(邮箱|郵箱|信箱|空间|空間)~(满|滿|不足|超)",
        r"(메일함|편지함|메일박스|용량|저장)\pL{0,3}~(초과|가득|부족)|hộp thư~đầy|(kotak|kuota)~(penuh|melebihi)",
    ),
    "sender rejected": (
        r"(bitte )?absender~(abgelehnt|gesperrt|nicht)|expéditeur~(rejet|refus|bloqu|inconnu|non )",
        r"(remitente|remetente|mittente)~(rechaz|rejeitad|rifiutat|bloquead|bloccat|inválid|no |não |non )",
        r"(отправител|відправник)\pL{0,4}~(отклон|не |запрещ|заблокирован)",
        r"(送信者|送信元|差出人)~(拒否|存在し|無効|許可)|(发件人|發件人|寄件者)~(拒|不存在|无效|無效)",
        r"(발신자|보낸 ?사람|보내는 ?사람)\pL{0,3}~(차단|거부|존재)",
    ),
    "mailbox disabled": (
        r"(postfach|konto|benutzer|mailbox|account)~(gelöscht|deaktiviert|gesperrt|gekündigt|inaktiv|geschlossen)",
        (
            r"(wegen|aufgrund) ~?(längerer )?(inaktivität|nichtnutzung)|pour (cause d.)?inactivité"
            r"|por inactividad|per inattività"
        ),
        (
            r"por inatividade|wegens inactiviteit|(på grund av|på grund af|på grunn av) inaktivitet|(за"
            r"|по причине) неактивн|长期未|長期未"
        ),
        r"(postfach|konto|adresse)~(gelöscht|abgeschaltet|nicht mehr (aktiv|in betrieb|verwendet|gültig|erreichbar))",
        r"(bo[iî]te|compte|adresse|messagerie)~(d[eé]sactiv|ferm[eé]|suspendu|supprim|archiv[eé]e|résili|clôtur)",
        r"(compte|adresse)~n.est plus (valide|active|utilis)",
        r"(cuenta|buzón|usuario|casilla)~(deshabilitad|desactivad|suspendid|cancelad|cerrad|inactiv"
        r"|no (está )?activ|de baja)",
        r"(\bconta\b|caixa|usuário|endereço)~(desativad|desabilitad|suspens|cancelad|inativ|encerrad)",
        r"(casella|account|utente|utenza|indirizzo)~(disabilitat|disattivat|sospes|chius[ao]|cessat|eliminat)",
        r"(casella|account|indirizzo)~non .{0,8}attiv|(postvak|adres|account)~niet meer (actief|in gebruik)",
        r"(postvak|account|mailbox|adres|gebruiker)~(uitgeschakeld|opgeheven|verwijderd|gesloten)",
        r"(konto|brevlåd|postlåd|postkass)~(inaktiver|avaktiver|spärra|stäng[dt]|lukket|sperret|deaktiver|nedlagt)",
        r"(konto|skrzynka|adres)~(nieaktywn|usunięt|zamknięt|zawieszon|wyłączon)|skrzynka~zablokowan",
        r"(schránka|účet)~(zrušen|zablokov|neaktivn|smazán)",
        r"(ящик|уч[её]тн|аккаунт|пользовател)\pL{0,4}~(заблокирован|отключ[её]н|удал[её]н|закрыт|неактив|приостан)",
        r"(неактивн|отключ[её]нн)\pL{2,3} (пользовател|ящик|аккаунт)|(скриньк|обліков)\pL{0,4}~(заблокован|видален)",
        r"(hesap|hesab|posta kutusu)\pL{0,3}~(kapatıl|devre dışı|askıya|silin|pasif)",
        r"(アカウント|ボックス|アドレス|ユーザー?)~(停止|無効|解約|削除|廃止|退会)|(使用|利用)されており?ません",
        r"使われており?ません",
        r"(邮箱|郵箱|帐号|账号|帳號|用户|账户|账戶)~(停用|禁用|冻结|凍結|注销|註銷|关闭|關閉|锁定|封停)",
        r"(계정|메일함|사용자|수신자|아이디)\pL{0,3}~(휴면|정지|해지|탈퇴|삭제|비활성)",
    ),
    "user unknown": (
        r"(empfänger|empfaenger|benutzer|adressat|adresse|postfach|konto)~(unbekannt|ungültig|existiert nicht)",
        r"(empfänger|empfaenger|benutzer|adressat|adresse|postfach|konto)~nicht (bekannt|gefunden|vorhanden)",
        r"unbekannt(er|e)? (empfänger|benutzer|adresse)|kein\w* (solche[nrs]? )?(benutzer|empfänger|postfach|konto)\b",
        r"(utilisateur|adresse|destinataire|bo[iî]te|compte)~(inconnu|inexistant|introuvable|invalide|non valide)",
        r"(utilisateur|adresse|destinataire|bo[iî]te|compte)~(n.existe p|pas (été )?trouvé)",
        r"(destinatario|usuario|direcci[oó]n|cuenta|buzón)~(desconocid|inexistente|no (existe|se encontr|es válid))",
        r"no existe (dich[oa]|es[ea]|est[ea]|el|la) (persona|usuario|cuenta|buzón|direcci|destinatari)",
        r"(usu[aá]rio|destinat[aá]rio|endere[cç]o|\bconta\b|caixa postal)~(desconhecid|inexistente|inválid)",
        r"(usu[aá]rio|destinat[aá]rio|endere[cç]o|\bconta\b|caixa postal)~não (existe|foi encontrad|encontrad)",
        r"(utente|indirizzo|casella|destinatario)~(sconosciut|inesistente|non (esist|è stat\w trovat|trovat|valid))",
        r"(empfänger|benutzer|adresse|postfach|konto)~nicht existiert",
        r"(bruger|modtager|bruker|mottaker)~ikke (find?n?es|eksist)",
        r"(användare|mottagare|adress)~inte (finns|existerar)|(gebruiker|adres|geadresseerde|ontvanger)~niet bestaat",
        r"nessun utente|(gebruiker|adres|geadresseerde|ontvanger|postvak)~(onbekend|bestaat niet|niet gevonden)",
        r"onbekende (gebruiker|ontvanger|geadresseerde)|ongeldig (adres|e-?mail)",
        r"(användare|mottagare|adress|konto)~(okänd|finns inte|hittades inte|existerar inte)",
        r"okänd (mottagare|användare)",
        r"(bruger|modtager|bruker|mottaker|adresse)~(uke?n[dj]t|find?n?es ikke|ikke f[uo]n[dn]et|eksisterer ikke)",
        r"(käyttäj|vastaanottaj|osoite|postilaatikk)\pL{0,4}~(tuntematon|ei ole olemassa|ei löyd)",
        r"tuntematon (käytt|vast)",
        r"nie istnieje|nieznany (użytkownik|adresat|odbiorca)|nie ma takiego (konta|użytkownika|adresu)",
        r"(użytkownik|adresat|odbiorc|adres|konto|skrzynk)\pL{0,3}~(nieznan|nie (został\w* )?znalezion)",
        r"(uživatel|adresát|příjemce|schránka|používateľ|príjemca)~(neexistuje|nenalezen|neznám)",
        r"(felhasználó|címzett|postafiók|e-?mail.?cím)~(ismeretlen|nem létez|nem találhat)",
        r"ismeretlen (címzett|felhaszn)",
        r"(utilizator|destinatar|adresă)\pL{0,4}~(necunoscut|nu exist|inexistent)",
        r"(пользовател|получател|адресат|адрес|ящик)\pL{0,4}~не (найден|существует|зарегистрирован)|не существует",
        r"(пользовател|получател|адресат|адрес|ящик)\pL{0,4}~(неизвест|отсутствует)|несуществующ|нет так(ого|ой) ",
        r"неизвестный (пользователь|получатель|адресат)",
        r"(користувач|одержувач|отримувач|адрес|скриньк)\pL{0,4}~(не (знайден|існує)|невідом)",
        r"(kullanıcı|alıcı|adres|hesap|posta kutusu)\pL{0,4}~(bulunamad|bilinmiyor|mevcut değil|geçersiz)",
        r"(χρήστης|παραλήπτης|διεύθυνση|γραμματοκιβώτιο)~(άγνωστ|δεν (υπάρχει|βρέθηκε))|άγνωστος (χρήστης|παραλ)",
        r"(ユーザー?|宛先|あて先|受信者|アドレス|アカウント|ボックス)名?~(存在し|見つか|不明|ありません|見当たり)",
        r"該当する.{0,12}(ユーザ|アドレス)|ディレクトリのリストにありません",
        r"(用户|用戶|收件人|收件者|邮箱|郵箱|信箱|帐号|账号|帳號|账户|地址)~(不存在|未找到|找不到|无效|無效)",
        r"(未找到|找不到|无法找到|無法找到|不存在).{0,12}(用户|收件人|邮箱|地址)|无此(用户|邮箱|收件人)|查[无無]此",
        r"(사용자|수신자|받는 ?사람|계정|주소|메일함|아이디)\pL{0,3}~(존재하지 않|없습니다|찾을 수 없|알 수 없)",
        r"존재하지 않는 (사용자|계정|주소|메일|수신자)|(người (nhận|dùng)|địa chỉ|hộp thư)~không (tồn tại|tìm thấy)",
        r"(pengguna|alamat|penerima|akun)~tidak (ditemukan|ada|dikenal|terdaftar)",
        r"(المستخدم|المستلم|العنوان|البريد)~(غير (موجود|معروف)|لم يتم العثور)",
    ),
    "domain unknown": (
        r"(domain|domäne|host|rechner)~(unbekannt|existiert nicht|nicht gefunden)",
        r"(domaine|hôte)~(inconnu|introuvable|n.existe pas|inexistant)|(dominio|host)~(desconocid|no existe)",
        r"(domínio|dominio|host)~(desconhecid|inexistente|não (existe|foi encontrad)|sconosciut|non esiste)",
        r"domein~(onbekend|bestaat niet|niet gevonden)|domen\pL{0,3}~(nieznan|nie znaleziono)",
        r"домен\pL{0,3}~(не (существует|найден|знайден|існує)|неизвест)|(ドメイン|ホスト)~(存在し|見つか|不明)",
        r"(域名|主机|主機)~(不存在|找不到|未找到|无法解析)|도메인\pL{0,3}~(존재하지|찾을 수)",
    ),
    "message too big": (
        r"(nachricht|mail) (ist |war )?zu gro(ß|ss)|größe~überschr",
        r"(message|taille)~(trop (volumineu|grand|gros)|dépasse)",
        r"(mensaje|tamaño|mensagem|tamanho)~(demasiado grande|muito grande|grande demais|excede|supera)",
        r"(messaggio|dimension\w)~(troppo grande|supera)|bericht~te groot|(письм|сообщени|размер)~слишком",
        r"(メール|メッセージ|サイズ)~(大きすぎ|超え|超過)|(邮件|郵件|信件).{0,12}(过大|過大|太大)|메일~너무 큽",
    ),
    "blocked": (
        r"(ip-?adresse|server|nachricht|mail)~(blockiert|gesperrt|abgelehnt|abgewiesen)|bloqu[eé]|liste noire",
        r"indésirable",
        r"bloquead|lista negra|no deseado|bloccat|lista nera|indesiderat|geblokkeerd|geweigerd|zablokowan|odrzucon",
        r"спам|заблокирован|ч[её]рн\pL{2,3} спис|迷惑メール|ブロック|受信拒否|拒否(され|しま)",
        r"垃圾邮件|垃圾郵件|黑名单|黑名單|拒收|拦截|被拒绝|스팸|차단|수신 ?거부",
    ),
    "delivery expired": (
        r"zeitüberschreitung|zustell\w* ~(abgelaufen|aufgegeben)|délai~(dépass|expir)",
        r"(tiempo|plazo|tempo|prazo)~(agotado|esgotado|expir|superado|scaduto)|ист[её]к\pL{0,2} |тайм-?аут",
        r"タイムアウト|期限切れ|時間切れ|超时|超時|시간 ?초과",
    ),
}

# That a delivery failed, in subjects and texts. Believed of senders that look like a mail server only: people speak of
# what came back, too.
FAILED = (
    r"unzustell|zustell\w* .{0,30}fehl|zustellfehler|nicht zugestellt|nicht zustell|nicht (?:ausgeliefert|übermittelt)"
    r"|zurück an (?:den )?absender|nicht erreicht\b"
    r"|non (?:distribu|délivr|remis)|[eé]chec d|pas pu être|retour à l.exp|impossible de (?:remettre|délivrer)"
    r"|no (?:se )?(?:puede|pudo|ha podido|ha sido|fue) (?:ser )?entreg|no entregad"
    r"|(?:fallo|error) (?:en|de) (?:la )?entrega"
    r"|devuelto|devolvid|não (?:foi )?(?:possível )?entreg|(?:falha|erro) (?:na|de) entrega|não pôde"
    r"|mancat[ao] (?:consegna|recapito)|non .{0,20}(?:consegnat|recapitat)|impossibile (?:recapitare|consegnare)"
    r"|errore (?:di|nella) consegna|onbestelbaar|niet .{0,12}(?:bezorgd|afgeleverd)|bezorging .{0,12}mislukt"
    r"|inte .{0,12}levere|olevere|ej levere|(?:ikke|ikkje) .{0,12}lever|uleveret|ulevert|leveransfel"
    r"|toimittaminen epäonnistui|ei voitu toimittaa|niedostarcz|nie dostarczon|niedoręcz|nie (?:mogła|można|udało)"
    r"|nedoruč|nelze doruč|nepodařilo doruč|kézbesíthet|kézbesítési hiba|nelivra|putut fi livrat"
    r"|недоставл|не ?(?:был\w? )?доставлен|(?:невозможно|не удалось) доставить|не может быть доставлен|ошибк\w доставки"
    r"|возврат (?:письма|почты)|неможливо доставити|не доставлено|помилка доставки"
    r"|teslim edilem|iletilem|gönderilemed|αδυναμία παράδοσης|δεν παραδόθηκε|ανεπίδοτ"
    r"|配信(?:不能|でき|エラー|失敗|され)|送信(?:でき|エラー|失敗)|不達|未配信|返送|エラーメール|届けること|お届けでき"
    r"|退信|退回|[无無]法(?:送|投|传|傳|发|發)|未(?:送达|傳遞|能将邮件)|(?:投递|发送|傳送|传送)失[败敗]|不能送达"
    r"|전송 ?(?:실패|에 실패|되지)|반송|배달 ?(?:못|실패|되지|할 수 없)|발송 ?실패|전달되지|실패하였|실패했"
    r"|(?:konnte|wurde)\w* (?:[^ ]+ ){0,6}nicht (?:[^ ]+ )?(?:zugestellt|übergeben|ausgeliefert"
    r"|weitergegeben|angenommen)|zurückgesandt"
    r"|\bn.(?:a|ont|est|était) pas (?:[^ ]+ ){0,3}(?:remis|délivr|distribu|livr|achemin|transmis"
    r"|accept)|retourné [àa] l.exp"
    r"|\bno (?:[^ ]+ ){0,3}(?:entregad|entregar|recibid|enviad|aceptad)|\bnão (?:[^ ]+ ){0,3}(?:entreg"
    r"|enviad|aceit)|\bdevuelt[oa]"
    r"|\bnon (?:[^ ]+ ){0,3}(?:consegn|recapit|inoltrat|accettat)|restituit[oa] al mittente"
    r"|\bniet (?:[^ ]+ ){0,2}(?:bezorg|aflever|afgelever)"
    r"|\b(?:inte|ikke) (?:[^ ]+ ){0,2}(?:lever|utdelat)|\bnie (?:[^ ]+ ){0,2}(?:dostarcz|doręcz"
    r"|przekazan)|zwrot (?:wiadomości|poczty)"
    r"|\bne(?:ní|byl\w?|bylo)? ?(?:[^ ]+ ){0,2}doruč|vrácen|не (?:[^ ]+ ){0,3}(?:доставл|доставить"
    r"|принят)|возвращен[оа] отправ"
    r"|không (?:thể )?(?:gửi|chuyển|phát)|gagal (?:ter|di)?kirim|tidak (?:dapat )?(?:ter|di)kirim|تعذر|لم يتم تسليم|فشل"
)
DELAYED = (
    r"verzöger|noch nicht zugestellt|retardée|n.a pas encore|retrasad|aún no se ha|atrasad|ainda não|ritard|non ancora"
    r"|vertraagd|försen|forsink|opóźnion|zpožd|задерж|ещ[её] не доставлен|gecik|遅延|まだ配信|延迟|延遲|지연"
    r"|bisher nicht|(?:weitere|neue) (?:zustell)?versuche|(?:wir|server) versuch\w* es (?:weiter|noch)"
    r"|wird weiter versucht|verspätet"
    r"|nouvelles? tentatives?|continu\w+ (?:à|d.) ?essayer|(?:seguir|continuar)\w+ intentando|(?:se"
    r"|lo) reintentar|(?:sigue|permanece|continúa) en cola|\bl[oa]s? intentaremos|in attesa di consegna"
    r"|(?:encore|toujours) en (?:file|attente)|steht noch in der (?:warteschlange|mailqueue)"
    r"|todavía no|(?:continuar|seguir)\w+ tentando|novas tentativas|(?:ritenter|riprover)\w+|nuovi tentativi|nog niet"
    r"|(?:blijven|nogmaals) proberen|nieuwe pogingen?|ännu inte|nya försök|fortsätter (?:att )?försöka"
    r"|(?:endnu|ennå) ikke|nye forsøk"
    r"|yritetään uudelleen|jeszcze nie|(?:kolejne|ponowne) prób|dosud ne|další pokus"
    r"|ещ[её] не (?:удалось|был)|повторн\pL+ попыт"
    r"|попыт\pL+ (?:\pL+ )?(?:продолж|повтор)|пока не (?:удалось|доставл)|henüz|(?:yeniden"
    r"|tekrar) dene(?:necek|yece)|再送(?:を|し|さ)"
    r"|再試行|引き続き|(?:将|會|会)(?:继续|繼續|再次|自动)?(?:尝试|重试|嘗試|重試)|(?:재시도"
    r"|다시 시도)(?:하겠|합니다|할 예정|될)|계속 시도"
)
