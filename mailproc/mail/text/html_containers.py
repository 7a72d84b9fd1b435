"""By which elements of the HTML each client holds quoted mail, attributions and signatures: a table."""

import re
from enum import StrEnum

import re2


class Does(StrEnum):
    """What an element that matches means."""

    quote = "quote"  # it is quoted
    unless_split = "unless_split"  # it is quoted, unless blockquotes in it are: text between those is new
    attribution = "attribution"
    signature = "signature"
    rest = "rest"  # it and everything after it is quoted
    rest_unless_header = "rest_unless_header"  # the same, where no header of Outlook's stands in the mail
    rest_if_labels = "rest_if_labels"  # the same, where it begins with the label of a header
    blockquote = "blockquote"  # it is quoted, unless it is only indented
    drop = "drop"  # it is hidden, where its style says so


# A word that the HTML must contain, what the elements mean, and their selectors.
CONTAINERS = (
    ("style=", Does.drop, '[style*="display" i],[style*="hid" i],[style*="font-size" i],[style*="max-height" i]'),
    ("<blockquote", Does.blockquote, "blockquote"),
    ("<BLOCKQUOTE", Does.blockquote, "blockquote"),
    # Gmail
    ("gmail_attr", Does.attribution, "div.gmail_attr"),
    ("gmail_quote", Does.unless_split, "div.gmail_quote"),
    ("gmail_signature", Does.signature, "div.gmail_signature,span.gmail_signature_prefix"),
    # Outlook on the web and new Outlook; `x_` stands before what was quoted once more
    ("appendonsend", Does.rest_unless_header, "#appendonsend"),
    ("x_appendonsend", Does.rest, "#x_appendonsend"),
    ("RplyFwdMsg", Does.rest, "#divRplyFwdMsg,#x_divRplyFwdMsg"),
    ("tabindex", Does.rest, 'hr[tabindex="-1"]'),
    ("stopSpelling", Does.rest, "hr#stopSpelling"),
    ("mail-editor-reference", Does.rest, "#mail-editor-reference-message-container"),
    ("ms-outlook-mobile-reference", Does.rest, "div.ms-outlook-mobile-reference-message"),
    ("Signature", Does.signature, "div#Signature,div#ms-outlook-mobile-signature"),
    # Outlook for the desktop, 2003 and since; for the Mac; Windows Mail
    ("border-top", Does.rest_if_labels, 'div[style*="border-top"]'),
    ("MsoNormal", Does.rest, 'div.MsoNormal[align="center"] hr[size="3"]'),
    ("_MailOriginal", Does.rest, 'a[name="_MailOriginal"]'),
    ("OLK_SRC_BODY_SECTION", Does.rest, "#OLK_SRC_BODY_SECTION"),
    # QQ, Foxmail, 163
    ("isReplyContent", Does.quote, "#isReplyContent"),
    ("isForwardContent", Does.quote, "#isForwardContent"),
    ("includetail", Does.rest, "includetail"),
    ("efefef", Does.rest_if_labels, 'div[style*="efefef"]'),
    # Apple Mail, Thunderbird
    ("AppleOriginalContents", Does.quote, "div.AppleOriginalContents"),
    ("moz-cite-prefix", Does.attribution, "div.moz-cite-prefix"),
    ("moz-forward-container", Does.quote, "div.moz-forward-container"),
    ("moz-signature", Does.signature, ".moz-signature"),
    # Yahoo, Proton, Zoho, Zimbra, GMX and WEB.DE, Mail.ru, Naver
    ("yahoo_quoted", Does.quote, 'div[id*="yahoo_quoted"],div[class*="yahoo_quoted"]'),
    ("protonmail_quote", Does.quote, ".protonmail_quote"),
    ("protonmail_signature", Does.signature, "div.protonmail_signature_block"),
    ("zmail_extra", Does.quote, "div.zmail_extra"),
    ("Zm-_Id_", Does.quote, 'div[id^="Zm-_Id_"]'),
    ("__DIVIDER__", Does.rest, 'hr[data-marker="__DIVIDER__"]'),
    ("__QUOTED_TEXT__", Does.quote, 'div[data-marker="__QUOTED_TEXT__"]'),
    ('name="quote"', Does.quote, 'div[name="quote"]'),
    ("mail-quote-collapse", Does.quote, "div.mail-quote-collapse"),
    ("NHN_MAIL_FORWARD", Does.quote, "div.NHN_MAIL_FORWARD"),
    # Front, Spark, Missive, WordPerfect-like webmail
    ("front-blockquote", Does.quote, ".front-blockquote"),
    ("messageReplySection", Does.quote, 'div[name="messageReplySection"]'),
    ("missive_quote", Does.quote, ".missive_quote"),
    ("WM_DIV_QUOTE", Does.quote, "div.WM_DIV_QUOTE"),
)

OUTLOOK_HEADER = "#divRplyFwdMsg"
HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|max-height)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
# The indent button of Gmail and Outlook also makes a blockquote.
INDENT_STYLE = re.compile(
    r"border\s*:\s*(?:medium\s+)?none|margin\s*:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+40px", re.IGNORECASE
)


def _words() -> re2.Set:
    options = re2.Options()
    options.literal = True
    words = re2.Set.SearchSet(options)
    for word, _, _ in CONTAINERS:
        words.Add(word)
    words.Compile()
    return words


_WORDS = _words()


def containers_in(html: str) -> list[tuple[Does, str]]:
    """What to look for in this HTML, by one pass over its source: meaning and selector, in the order of the table."""
    return [CONTAINERS[index][1:] for index in sorted(_WORDS.Match(html) or ())]
