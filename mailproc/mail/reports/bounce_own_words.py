"""Reasons that no table of wordings has, by classes of words: who is not known, which mailbox is closed or has no room.

Asked last, where no wording of a server is in a text. `~` stands for up to six words of the same sentence, `…` for up
to sixteen letters where words have no spaces between them; letters are compared without their accents.
"""

FEW_WORDS = r"(?:[^ ]*[^ .;] ){0,6}"
FEW_LETTERS = r"[^。；.]{0,16}"

_BOX = (
    r"(account|mailbox|mail box|box|inbox|user|recipient|addressee|address|customer|subscriber|member|person|alias)s?,?"
)
_BE = r"(is|are|was|were|has been|have been|have|has|been|could|can|does|do|did|got|will|would)"
_KNOWN = (
    r"(known|exist\w*|here|set up|registered|found|located|created|configured|provisioned|assigned|in use|hosted|listed"
    r"|local|identified|matched)\b"
)
_ENDED = (
    r"(cancell?ed|switched off|turned off|shut( down)?|retired|deleted|removed|closed|terminated|given up|abandoned"
    r"|withdrawn|revoked|discontinued|lapsed|de-?activated|dissolved|decommissioned)\b"
)
_NOT = r"(\bnot|\bnever|n.t|\bno longer|\bcannot)"

# Reason and wordings, in the order in which they are asked: what is full or too big names the mailbox, too.
OWN_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "sender rejected",
        (
            r"\b(your|the) (sender|sending|from) ~(not|\S*n.t|unknown|invalid|reject|refus)",
            r"\b(absender|expéditeur|remitente|remetente|mittente|afzender|avsändar|отправител)",
            r"(发件人|發件人|寄件|差出人|送信者|発信者|발신자|보낸 ?사람)",
        ),
    ),
    (
        "message too big",
        (
            (
                r"\d ?[mkg]i?b(ytes?)?\b,? ~(largest|biggest|limit|most|more than|maximum|allow|accept|take|above"
                r"|over|exceed)"
            ),
            r"\b(largest|biggest|limit|at most|more than|maximum|only|above|over|up to|exceed\w*) ~\d[\d.,]* ?[mkg]i?b",
            r"(larger|bigger|longer|heavier) than ~(allow|accept|permit|take|limit|we )",
            r"(nachricht|mail|anhang|größe)\pL* ~(größer|umfangreicher) als|(größer|umfangreicher) als ~erlaubt",
            r"(plus (grand|gros|lourd)|más grande|mayor|più grande|maior|groter|större|større|większ\w*) "
            r"(que|de|do|che|dan|än|end|enn|niż) ~(autoris|permi|consent|toegest|tillåt|tillad|dozwolon)",
        ),
    ),
    (
        "mailbox full",
        (
            r"(\b(no|not|any|without|out of|little|enough)|n.t) ~(room|space|storage|capacity)\b",
            r"\b(room|space|storage|capacity|quota|allowance) ~(used up|exhausted|spent|gone|left|ran out|reached)",
            _BOX + r" [^ ]*" + _NOT + r" ~(take|hold|store|accept|receive) (any ?)?(more|further|new)\b",
            _BOX + r" ~(over|above|beyond|reached|hit) (its|the|his|her|their|your) (limit|size|quota|allowance)",
            (
                r"\b(kein\w*|nicht|zu wenig|ohne) ~(platz|speicher|raum)|(postfach|mailbox|konto)\pL* ~(überl"
                r"|platzt|randvoll)|(postfach|briefkasten) ~(nichts"
                r"|keine) ~(mehr|auf)"
            ),
            r"(boîte|messagerie|compte) ~(ne peut|n.a|n.accepte) ~(plus|pas)|plus (de|d.)~(place|espace)",
            r"\b(no|sin|falta de) ~(espacio|capacidad)|(buzón|casilla) ~no ~(más|admite|acepta)",
            r"\b(non|senza|finito lo) ~spazio|\b(não|nao|sem|falta de) ~espaço|\b(geen|niet) ~(ruimte|plaats)",
            r"\b(inget|inte|ikke|ingen) ~(utrymme|plads|plass)|\bei ~tilaa|\b(nie ma|brak) ~miejsc|\b(nemá|není) ~mist",
            r"(нет|не хватает|недостаточно|немає) ~(мест|простран|місц)|\b(yer|alan)\pL* (yok|kalmadı)",
            (
                r"(空き|余裕|残量)…(な|あり?ません|無)|容量…(不足|オーバー)|(空间|空間|容量)…(不足|已满|用完|耗尽)"
                r"|[无無没沒]…(空间|空間)"
            ),
            r"(공간|용량)…(없|부족|모자)",
        ),
    ),
    (
        "mailbox disabled",
        (
            _BOX + r" ~" + _BE + r" ~" + _ENDED,
            _BOX + r" " + _ENDED + r" (by|at|on|since|for|due)",
            r"\b(closed|cancell?ed|ended|deleted|abandoned|gave up|given up|left) (his|her|their|its|the|this) ~"
            r"(account|mailbox|inbox|address|subscription)",
            (
                r"(postfach|konto|adresse|zugang|mailbox)\pL* ~(aufgegeben|aufgelöst|stillgelegt|abgemeldet"
                r"|gekündigt|beendet)"
            ),
            r"(compte|boîte|adresse|abonnement) ~(résili|clos\b|ferm|supprim|abandonn|arrêt)",
            (
                r"(cuenta|buzón|dirección|casilla) ~(eliminad|borrad|suprimid|cerrad|dad[ao] de baja|de baja|anulad"
                r"|abandonad)"
            ),
            r"(casella|account|indirizzo|utenza) ~(cancellat|eliminat|chius|dismess|soppress|cessat|rimoss)",
            r"(conta|caixa|endereço) ~(excluíd|excluid|eliminad|apagad|cancelad|encerrad|removid|extint)",
            r"(account|postvak|adres|mailbox) ~(opgezegd|beëindigd|verwijderd|gesloten|vervallen)",
            (
                r"(konto|postlåd|brevlåd|postkass|adress)\pL* ~(avslutat|borttag|uppsagt|nedlagd|opsagt|slettet"
                r"|avsluttet|oppsagt)"
            ),
            (
                r"(tili|postilaatikko|osoite) ~(suljettu|poistettu|lakkautettu)|(skrzynk|konto)\pL* ~(zlikwidowan"
                r"|skasowan)"
            ),
            (
                r"(schránk|účet|konto)\pL* ~(zrušen|smazán|ukončen)|(ящик|аккаунт|адрес)\pL* ~(ликвидирован|удал"
                r"|закры|отключ)"
            ),
            r"(hesap|kutu|adres)\pL* ~(kapan|kapatıl|silin|iptal)",
            (
                r"(アカウント|アドレス|ユーザー?|ボックス|契約|会員|利用者)…(解約|退会|廃止|閉鎖|削除)(済|し|され)"
                r"|(邮箱|帐号|账号|郵箱|帳號|地址)…(注销|註銷|关闭|關閉|停用|删除|刪除|取消)"
            ),
            (
                r"(宛先|アドレス|アカウント|ユーザー?|メールボックス).{0,60}(利用|使用)…(なれ|でき|され)(ません"
                r"|ない|ておりません)"
            ),
            r"(계정|메일|주소|아이디)…(해지|탈퇴|폐쇄|삭제|종료)",
        ),
    ),
    (
        "domain unknown",
        (
            (
                r"\bdomain ~(not|cannot|\S*n.t) (be )?resolv|\bdomain( name)? ~(not (registered|known|found|resolv)"
                r"|has no|without) ?~"
            ),
            r"(\b(no|not|cannot|any)|n.t) ~(find|found|known|listed|locate) ~(mail (server|exchanger|host)|mx|domain)",
            r"\bno (mail )?(servers?|exchangers?|hosts?) ~(listed|published|named|known|registered|found) ",
            (
                r"(domain|domäne) ~(nicht (registriert|vergeben|auffindbar)|gibt es nicht)|domaine ~n.(est pas"
                r"|a pas|existe)"
            ),
            (
                r"dominio ~(no (está|tiene)|non (è|ha|esiste))|domínio ~não (está|tem|possui)"
                r"|домен\pL* ~не (зарегистр|имеет)"
            ),
        ),
    ),
    (
        "user unknown",
        (
            r"\b(nobody|no ?one|any ?body|any ?one) ~(called|named|by|with|of|under)\b",
            r"(\b(no|never heard of|not any|not have an?)|n.t any|n.t have an?) ~"
            + _BOX
            + r" ~(called|named|by|with|of"
            r"|under|at|here|like)\b",
            r"(\b(no|never|not)|n.t) ~such (an? )?" + _BOX,
            r"\b(moved|gone) away\b|\bleft no (new |forwarding )?address",
            (
                r"\b(kennen|känner|kender|kjenner|connaissons|conosciamo|conhecemos) ~(nicht|niet|inte|ikke|pas"
                r"|keinen)\b"
                r"|\bno (conocemos|reconocemos|encontramos|localizamos)|\bnon (conosciamo|riconosc)"
                r"|\bnão (conhecemos|reconhec)|\bnie znamy|\bneznáme|не знаем"
            ),
            r"\bnobody (called|named|here|at|by|with|of)\b",
            _BOX + r" ~" + _NOT + r" ~" + _KNOWN,
            r"\S+@\S+ (is|was)(n.t| not)( \w+)? ~(mailbox|account|user|address|one of our)",
            r"\bname ~not in use|\b(address|mailbox|alias) ~(wrong|misspel\w+|mistyped|bogus|made up)",
            r"\bnot one of (our|ours|the)\b",
            r"(empfänger|benutzer|adresse|postfach|konto|name|teilnehmer|nutzer|mitglied|kunde|adressat|mailbox"
            r"|account)\pL* ~(nicht|nie) ~"
            r"(eingerichtet|angelegt|vergeben|registriert|hinterlegt|geführt|auffindbar|zugeordnet|gefunden"
            r"|bekannt|vorhanden|existent)",
            r"\b(niemand\w*|kein\w*) ~(namen|namens|adresse|empfänger|benutzer|postfach|kunden?|teilnehmer)\b",
            (
                r"(empfänger|benutzer|adresse|postfach|konto)\pL* ~gibt es ~nicht|gibt es ~(nicht"
                r"|kein\w*) ~(empfänger|benutzer|postfach|adresse|konto)"
            ),
            r"\b(aucun\w*|personne|pas (de|d.)) ?~(utilisateur|abonné|compte|destinataire|boîte|adresse|nom)",
            (
                r"\b(ningún|ninguna|no hay|no tenemos|no figura|nadie) ~(usuario|cuenta|buzón|destinatari|direcci"
                r"|nombre|cliente)"
            ),
            r"(destinatario|indirizzo|utente|casella|account) ~non ~(presente|registrat|censit|attiv|trovat|nostri)",
            r"(destinatário|endereço|usuário|conta|caixa) ~não ~(consta|cadastrad|registrad|presente|encontrad)",
            r"(destinatario|dirección|usuario|cuenta|buzón) ~no ~(consta|figura|registrad|presente|dad[ao] de alta)",
            (
                r"(destinataire|adresse|utilisateur|compte|boîte) ~(ne figure|n.est) (pas|plus) ~(dans|parmi"
                r"|enregistr|connu)"
            ),
            r"(адресат|получатель|пользователь|адрес|ящик) ~не (значится|числится|обслуживается|заведен|найден)",
            (
                r"\b(nessun\w*|non (risulta|abbiamo|c.è|esiste|figura)) ~(utente|account|casella|destinatari"
                r"|indirizzo|nome|cliente)"
            ),
            r"\b(nenhum\w*|não (há|temos|existe|consta)) ~(usuário|conta|caixa|destinatári|endereço|nome|cliente)",
            r"\b(niemand|geen|kennen wij niet) ~(gebruiker|account|postvak|adres|naam|klant|ontvanger)",
            (
                r"\b(ingen|inget|inga|intet|ikke noen|ikke nogen) ~(användare|konto|mottagare|adress|namn|bruger"
                r"|modtager|bruker|mottaker|navn)"
            ),
            r"\bei ~(käyttäj|tili|osoite|vastaanottaj)|\bnie ma ~(skrzynk|kont|użytkownik|adres|odbiorc)",
            (
                r"\b(není|nemáme|neznáme|neexistuje) ~(schránk|uživatel|adres|příjemc)|(schránk|uživatel"
                r"|adres)\pL* ~(nemáme|neznáme|není)"
            ),
            (
                r"(^| )нет ~(пользовател|ящик|адрес|получател|абонент)|так(ой|ого|ому) ~(ящик|адрес|пользовател"
                r"|получател|абонент)[^ ]* ~нет([ .,;)]|$)"
            ),
            r"(kullanıcı|hesap|adres|alıcı|posta kutu)\pL* (yok|bulunmuyor|tanımlı değil)",
            r"(宛先|ユーザー?|アドレス|受信者|名前|メールボックス)…(登録|存在|見つ|あり?)…(ません|ない|なかった)",
            (
                r"(没有|沒有|无|無|不存在|未找到)(这个|這個|此|该|該)?(用户|用戶|帐号|账号|邮箱|收件人|地址)|(用户"
                r"|收件人|邮箱|地址)…(没有|不存在|未注册|错误)"
            ),
            r"(사용자|수신자|계정|주소|이름)…(없습니다|없음|등록되지)",
        ),
    ),
    (
        "blocked",
        (
            _NOT + r" ~(accept|take|want|allow|receive|let in) ~(newsletters?|bulk|advert\w*|commercial|mass|mail"
            r"|mails|messages|e-?mails?)"
            r" ?(from|of|$|[.,])",
            r"\b(dropped|discarded|quarantined|filtered out|thrown away|intercepted|suppressed)\b",
            r"\b(stopped|caught|held|filtered|deleted|removed|refused) by (our|the|a|an|its|their)\b",
            (
                r"\bonly ~(accepts?|takes?|allows?|receives?) ~from ~(people|senders?|members?|contacts?|known"
                r"|approved|own|list)"
            ),
            (
                r"\b(bad|poor|known|unwanted|suspicious|harmful|dangerous) ~(senders?|sources?|links?|urls?"
                r"|reputation|network|standing|record|rating|score)"
            ),
            (
                r"sperrliste|schwarze\w* liste|sperrvermerk|liste (de blocage|rouge)|lista (de bloqueo|di blocco)"
                r"|blokkeerlijst|(стоп|блок)-?лист"
            ),
            r"\b(violat\w+|against|breach\w*|offends?) ~(rules?|policy|guidelines?|terms|policies)",
            (
                r"nimmt ~(kein\w*|nicht) ~an\b|massen(sendung|mail|versand)|\b(werbung|unerwünscht|verworfen"
                r"|ausgefiltert|quarantäne|aussortiert|richtlinie)"
            ),
            (
                r"\b(publicité|filtr[ée]|quarantaine|écarté|non sollicité)|\b(publicidad|descartad|filtrad"
                r"|cuarentena|no solicitad)"
            ),
            (
                r"\b(pubblicit|scartat|filtrat|quarantena)|\b(propaganda|descartad|filtrad|quarentena)|\b(reclame"
                r"|gefilterd)"
            ),
            (
                r"\b(skräppost|filtrerat|uønsket|frasorteret)|\b(reklam|odfiltrowan|kwarantann)|(реклам|отфильтров"
                r"|карантин)"
            ),
            r"(広告|隔離|破棄)|(广告|廣告|过滤|過濾|隔离|隔離|丢弃|拦截)|(광고|격리|폐기|필터)",
        ),
    ),
    (
        "rate limited",
        (
            r"\b(come|call|try|back|again|retry) ~(later|in (\d+|a few|some) (s|m|h))",
            r"\b(faster|quicker|more often|too much|too often) ~(than|accept|at once|in a short)",
            r"(später|plus tard|más tarde|più tardi|mais tarde|senare|senere|później|později|позже|позднее|daha sonra)",
            r"(しばらく|後ほど|时间后|稍后|稍後|나중에|잠시 후)",
        ),
    ),
    (
        "network error",
        (
            r"\b(server|host|system|machine|computer|exchanger|side|end|it|domain|gateway)\b ~"
            + _NOT
            + r" ~(answer\w*|respond\w*|react\w*|pick(ed)? up|reach\w*|repl(y|ied))",
            (
                r"\b(never|no longer) (answered|responded|replied|reacted|picked up)|\b(no|without|any) (answer"
                r"|response|reply) from"
            ),
            _NOT + r" ~(reach\w*|contact\w*|connect\w*) ~(server|host|system|machine|exchanger|domain|\S+\.\S+)",
            r"server\w* ~(antwortet|reagiert|meldet)\pL* ~nicht|nicht erreichbar|serveur ~ne (répond|réagit)",
            (
                r"servidor ~(no responde|não responde|no contesta)|server ~(non risponde|antwoordt niet"
                r"|reageert niet|svarar inte|svarer ikke)"
            ),
            (
                r"palvelin ~ei vasta|serwer ~nie odpowiada|server ~neodpovídá|сервер\pL* ~не отвечает"
                r"|sunucu\w* ~(yanıt|cevap) vermi"
            ),
            (
                r"サーバー?…(応答|返答|反応)…(な|ません)|服务器…(无响应|没有响应|未响应|无应答)|伺服器…(無回應"
                r"|沒有回應)|서버…(응답)…(없|않)"
            ),
        ),
    ),
    (
        "delivery expired",
        (
            (
                r"\b(gave|giv\w+) up\b|\bstopp?ed trying|\b(tried|trying|attempts?|retried) ~(for|over|during"
                r"|after) ~(hours?|days?|times)"
            ),
            r"\b(for|after|over|within) (\d+|\w+) (hours|days) ~(tried|trying|attempts?|stopped|still|could)",
            r"(aufgegeben|abgebrochen)|\b(abandonné|abandonn)|\b(desist|abandonad)|\b(rinunci|abbandonat)|(прекращен)",
        ),
    ),
)
