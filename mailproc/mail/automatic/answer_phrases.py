"""What somebody who is away and answers writes, and no responder: RE2 patterns over lower-case text."""

# Somebody answers: whatever else he says of himself, he has read what he answers.
ANSWERS = (
    (
        r"\bsorry for (?:the|my|not|taking|being)|\bthanks? (?:you )?for (?:the|your) (?:offer|invit|remind"
        r"|quick|help|info|update|catalog|note about|news)|\bsee you (?:on|at|there|then|next|sat|sun|mon"
        r"|tue|wed|thu|fri)"
    ),
    (
        r"\b(?:put|sign|count|pencil|book) (?:us|me) (?:down|up|in)|\b(?:yes|no|sure|great|ok|okay|fine),"
        r"|\blet me know\b|\btell (?:me|us)\b|\b(?:i|we)(?:'ve| have)? missed\b|\bcan you\b|\bcould you\b"
        r"|\bwould you\b|\bkeep me posted"
    ),
)  # fmt: skip
# What a person on leave writes and no responder does: it does not know to whom it writes, nor about what.
THINGS = (
    r",? so (?:the|no|please|that the)\b",  # what follows from it for whoever reads
    (
        r"\b(?:the|my|our|your|that|this|another|one|two|three|a) (?:parcel|package|delivery|crate|invoice"
        r"|appointment|meeting|table|tickets?|sample|booking|reservation|refund|quote|draft|proposal"
        r"|contract|payment|question|offer|invitation|catalogue|event|tour|party|issue|article)s?\b"
    ),
    (
        r"\b(?:das|mein|unser|euer|ihr)e?[nrms]? (?:paket|lieferung|rechnung|termin|bestellung|angebot"
        r"|einladung|katalog|führung|kurs|veranstaltung)|\bkönnt? ihr\b|\bkönnen sie (?:mir|uns)"
        r"|\bkann ich\b|\bsagen sie\b|\bgebt\b|\bmeldet euch\b"
    ),
    (
        r"\b(?:le|la|mon|ma|notre|votre|vos) (?:colis|livraison|facture|commande|rendez-vous|offre"
        r"|invitation|catalogue|visite)|pouvez-vous|ma femme|mon mari|\bpas de (?:livraison|commande|colis)"
    ),
    (
        r"\b(?:el|la|mi|nuestro|su|vuestr\pL*) (?:paquete|envío|factura|pedido|cita|oferta|invitación"
        r"|catálogo|visita)|\bpodéis\b|\bpodrían\b"
    ),
    (
        r"\b(?:il|la|mio|mia|nostr\pL|vostr\pL) (?:pacco|consegna|fattura|ordine|appuntamento|offerta"
        r"|invito|catalogo|visita)|\bpotete (?:mand|sped|tener|dirm)"
    ),
    r"\b(?:o|a|meu|minha|nosso|vosso) (?:pacote|entrega|fatura|pedido|encomenda|consulta|oferta|convite|visita)\b",
    (
        r"\b(?:het|de|mijn|ons|onze|jullie) (?:pakket|levering|factuur|bestelling|afspraak|aanbieding"
        r"|uitnodiging|rondleiding)\b|\bkunnen jullie\b"
    ),
    (
        r"(?:paket|leverans|levering|faktura|beställning|bestilling|inbjudan|invitasjon|tilaus|lasku|paczk"
        r"|zamówieni|faktur|objednávk|balík|заказ|посылк|доставк|ящик|sipariş|kargo|荷物|注文|請求|予約"
        r"|包裹|订单|發票|发票|택배|주문|예약)"
    ),
)  # fmt: skip
# A greeting that names somebody; these names are nobody's.
NOBODY = frozenset(
    {
        "there", "all", "everyone", "everybody", "team", "sir", "madam", "friend", "friends", "folks", "again",
        "sender", "and", "to", "zusammen", "alle", "allerseits", "miteinander", "customer", "customers",
        "client", "clients", "visitor", "reader", "kunde", "kundin", "kunden", "klant", "remitente", "cliente",
        "clientes", "tous", "toutes", "monsieur", "madame", "messieurs", "todos", "todas", "a", "tutti",
        "tutte", "gentile", "allemaal", "iedereen", "alla", "kaikki", "всем", "все",
    }
)  # fmt: skip
# What a responder may call "yours".
YOURS = frozenset(
    {
        "message",
        "messages",
        "mail",
        "mails",
        "email",
        "emails",
        "e",
        "note",
        "notes",
        "letter",
        "letters",
        "call",
        "calls",
        "request",
        "requests",
        "enquiry",
        "enquiries",
        "inquiry",
        "inquiries",
        "query",
        "queries",
        "question",
        "questions",
        "matter",
        "matters",
        "concern",
        "concerns",
        "patience",
        "understanding",
        "interest",
        "contact",
        "attention",
        "business",
        "order",
        "orders",
        "application",
        "support",
        "correspondence",
        "communication",
        "reply",
        "response",
        "cooperation",
        "own",
        "records",
        "address",
        "usual",
        "kind",
        "continued",
        "trust",
        "visit",
        "feedback",
        "ticket",
        "case",
        "issue",
        "information",
        "details",
        "contacts",
        "account",
        "manager",
        "nachricht",
        "nachrichten",
        "anfrage",
        "anfragen",
        "anliegen",
        "mitteilung",
        "schreiben",
        "anruf",
        "anrufe",
        "geduld",
        "verständnis",
        "interesse",
        "kontaktaufnahme",
        "bestellung",
        "bestellungen",
        "post",
        "zuschrift",
        "vertrauen",
        "fragen",
        "frage",
        "adresse",
        "courriel",
        "courriels",
        "courrier",
        "demande",
        "demandes",
        "appel",
        "appels",
        "compréhension",
        "confiance",
        "intérêt",
        "interlocuteur",
        "interlocutrice",
        "commande",
        "commandes",
        "interlocuteurs",
        "prise",
        "bericht",
        "berichten",
        "mailtje",
        "vraag",
        "vragen",
        "verzoek",
        "aanvraag",
        "begrip",
        "reactie",
    }
)
# What is said like an absence and is none, and who is to be reached but no stand-in.
PRESENT = (
    r"\b(?:here|open|available|around|reachable|busy|been (?:without|a|an|in|on|ill|waiting|reading|using|there))\b"
)
MYSELF = r"\b(?:contact|call|ring|phone|reach|e-?mail|write to|ask|text|find|tell) (?:me|us)\b"
