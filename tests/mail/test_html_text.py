"""HTML to text, and the quote containers of the clients."""

import pytest
from written_mail import html_mail

from mailproc.mail.text.html_text import MAX_HTML, text_of_html
from mailproc.mail.text.new_text import find_new_text

FOOTER = "You get this because you subscribed. <a href='https://acme.example/u'>Unsubscribe</a>"
NEWSLETTER = f"<p>Hello subscriber,</p><table><tr><td>our offers</td></tr></table><div>{FOOTER}</div>"
SENT = "Acme News &lt;<a href='mailto:news@acme.example'>news@acme.example</a>&gt;"
# A language that no table knows: only the container tells.
STRANGE = f"Mardi 03/03 {SENT} idatzi zuen"
OUTLOOK_LABELS = (
    "<b>Bidali:</b> Acme News [mailto:news@acme.example]<br><b>Noiz:</b> March 3<br><b>Nori:</b> pat@example.org<br>"
)

CLIENTS = {
    "gmail": '<div dir="ltr">{}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
    f'{STRANGE}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">'
    f"{NEWSLETTER}</blockquote></div>",
    "gmail without blockquote": f'<div>{{}}</div><div class="gmail_quote">{STRANGE}{NEWSLETTER}</div>',
    "gmail of old": '{}<div class="gmail_extra"><br><div class="gmail_quote">On Thu, Jun 26, 2014 at 2:14 PM, '
    f'{SENT} wrote:<br><blockquote class="gmail_quote">{NEWSLETTER}</blockquote></div><br></div>',
    "outlook on the web": '<div>{}</div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg">'
    f"{OUTLOOK_LABELS}</div><div>{NEWSLETTER}</div>",
    "outlook quoted again": f'<div>{{}}</div><div id="x_divRplyFwdMsg">{OUTLOOK_LABELS}</div>{NEWSLETTER}',
    "new outlook": '<div>{}</div><div id="mail-editor-reference-message-container"><div>'
    f"{NEWSLETTER}</div></div>",
    "outlook mobile": '<div>{}</div><div class="ms-outlook-mobile-reference-message">'
    f"{OUTLOOK_LABELS}{NEWSLETTER}</div>",
    "outlook desktop": "<div class=WordSection1><p class=MsoNormal>{}<o:p></o:p></p><div><div style='border:none;"
    "border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>"
    f"{OUTLOOK_LABELS}</p></div></div>{NEWSLETTER}</div>",
    "outlook 2003": "<p>{}</p><div class=MsoNormal align=center><hr size=3 width='100%'></div>"
    f"{OUTLOOK_LABELS}{NEWSLETTER}",
    "outlook for the mac": '<div>{}</div><span id="OLK_SRC_BODY_SECTION"><div>'
    f"{OUTLOOK_LABELS}</div>{NEWSLETTER}</span>",
    "original anchor": f'<p>{{}}</p><p><a name="_MailOriginal">{OUTLOOK_LABELS}</a></p>{NEWSLETTER}',
    "hotmail of old": f'<div>{{}}<div><hr id="stopSpelling">{OUTLOOK_LABELS}{NEWSLETTER}</div></div>',
    "windows mail": "<div>{}</div><div style='padding-top: 5px; border-top-color: rgb(229, 229, 229); "
    f"border-top-width: 1px;'>{OUTLOOK_LABELS}</div>{NEWSLETTER}",
    "apple mail": f'<body>{{}}<div><br><blockquote type="cite"><div>{STRANGE}</div>'
    f'<br class="Apple-interchange-newline"><div>{NEWSLETTER}</div></blockquote></div></body>',
    "thunderbird": f'{{}}<br><div class="moz-cite-prefix">{STRANGE}<br></div>'
    f'<blockquote type="cite">{NEWSLETTER}</blockquote>',
    "thunderbird forward": f'{{}}<div class="moz-forward-container">{OUTLOOK_LABELS}{NEWSLETTER}</div>',
    "yahoo": '<div class="ydp1 yahoo-style-wrap">{}</div><div id="ydp2yahoo_quoted_123" class="ydp2yahoo_quoted">'
    f"<div>{STRANGE}</div>{NEWSLETTER}</div>",
    "proton": '<div>{}</div><div class="protonmail_signature_block">Sent with Proton Mail</div>'
    f'<div class="protonmail_quote">{STRANGE}<blockquote class="protonmail_quote" type="cite">'
    f"{NEWSLETTER}</blockquote></div>",
    "zoho": f'<div>{{}}</div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">{STRANGE}</div>{NEWSLETTER}</div>',
    "zimbra": '<div>{}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">'
    f'{OUTLOOK_LABELS}</div><div data-marker="__QUOTED_TEXT__">{NEWSLETTER}</div>',
    "gmx": f'<div>{{}}</div><div name="quote" style="margin:10px 5px"><div>{OUTLOOK_LABELS}</div>'
    f'<div name="quoted-content">{NEWSLETTER}</div></div>',
    "qq": f'<div>{{}}</div><includetail><div style="background:#efefef">{OUTLOOK_LABELS}</div>'
    f"{NEWSLETTER}</includetail>",
    "mail.ru": f'<div>{{}}</div><div class="mail-quote-collapse">{STRANGE}{NEWSLETTER}</div>',
    "yandex": f'<div>{{}}</div><div>03.03.2026, 09:12, "{SENT}":</div><blockquote>{NEWSLETTER}</blockquote>',
    "front": f'<div>{{}}</div><blockquote class="front-blockquote">{STRANGE}{NEWSLETTER}</blockquote>',
    "spark": '<div name="messageBodySection">{}</div><div name="messageReplySection">'
    f"{STRANGE}{NEWSLETTER}</div>",
    "any blockquote": f"<p>{{}}</p><blockquote>{NEWSLETTER}</blockquote>",
    "upper case": f"<P>{{}}</P><BLOCKQUOTE>{NEWSLETTER}</BLOCKQUOTE>",
    "header table": f"<p>{{}}</p><table><tr><th>From:</th><td>{SENT}</td></tr><tr><th>Date:</th><td>March 3</td>"
    "</tr><tr><th>To:</th><td>pat@example.org</td></tr><tr><th>Subject:</th><td>March</td></tr></table>"
    f"{NEWSLETTER}",
    "quote marks": "<div>{}<br><br>&gt; Subject: March<br>&gt; From: news@acme.example<br>&gt; <br>"
    f"&gt; {FOOTER}<br></div>",
}  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_quotes_is_not_new(client: str) -> None:
    for said in ("No, thank you.", "Unsubscribe", "Nein danke,<br>bitte nicht mehr"):
        found = find_new_text(html_mail(CLIENTS[client].format(said)))
        assert found.text == said.replace("<br>", "\n")
        assert "our offers" in found.body or client == "quote marks"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_quote_without_an_answer_has_no_new_text(client: str) -> None:
    assert find_new_text(html_mail(CLIENTS[client].format(""))).text == ""


def test_answers_between_the_quotes_of_a_split_quote_stay() -> None:
    attribution = f'<div class="gmail_attr">{STRANGE}</div>'
    first, second = (f'<blockquote class="gmail_quote">{asked}?</blockquote>' for asked in ("First", "Second"))
    html = f'<div class="gmail_quote">{attribution}{first}<div>Yes.</div>{second}<div>No.</div></div>'
    assert find_new_text(html_mail(html)).text == "Yes.\nNo."


def test_an_indented_paragraph_is_no_quote() -> None:
    html = '<div>I write:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px">take me off</blockquote>'
    assert find_new_text(html_mail(html)).text == "I write:\ntake me off"


def test_a_signature_container_is_cut() -> None:
    html = '<div>No, thank you.</div><div class="gmail_signature">Pat Smith<br>Acme Ltd</div>'
    found = find_new_text(html_mail(html))
    assert found.text == "No, thank you."
    assert [cut.reason for cut in found.cuts] == ["signature"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">preheader</div>',
        '<div style="DISPLAY : NONE !important">preheader</div>',
        '<span style="font-size:0px">preheader</span>',
        '<p style="mso-hide:all">preheader</p>',
        "<style>p { color: red }</style>",
        "<script>preheader()</script>",
        "<!-- preheader -->",
        "<title>preheader</title>",
    ],
)
def test_hidden_text_is_dropped(hidden: str) -> None:
    assert text_of_html(f"<html><body>{hidden}<p>seen</p></body></html>").text == "seen"


def test_small_text_is_not_hidden_text() -> None:
    assert text_of_html('<p style="font-size:0.8em">seen</p>').text == "seen"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<p>a  b\n c&nbsp;&nbsp;d</p>", "a b c d"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"),
        ("<div style='white-space: pre-wrap'>a\nb</div>", "a\nb"),
        ("<p>a <b>b</b>c<i>d</i></p>", "a bcd"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("", ""),
        ("<frameset></frameset>", ""),
        ("no tags at all", "no tags at all"),
        ("<p>unclosed <b>tags", "unclosed tags"),
    ],
)
def test_lines_of_text_follow_the_blocks(html: str, text: str) -> None:
    assert text_of_html(html).text == text


def test_spans_lie_in_the_text_in_order_and_apart() -> None:
    html = "<p>a</p>" + "<blockquote>b<blockquote>c</blockquote></blockquote><p>d</p>" * 3 + '<hr id="stopSpelling">e'
    found = text_of_html(html)
    assert [found.text[start:end].split() for start, end, _ in found.spans] == [["b", "c"]] * 3 + [["e"]]


def test_private_use_characters_of_the_sender_mean_nothing() -> None:
    html = "<p>a\ue002\ue004b\ue000</p><p>c&#xE003;d</p><p>e&#xE004;f</p>"
    assert "".join(text_of_html(html).text.split()) in ("abcdef", "abc\ue003de\ue004f")


@pytest.mark.parametrize("tag", ["div", "blockquote", "b", "table", "x", "div class=gmail_quote", "pre"])
def test_html_nested_beyond_sense_still_gives_its_text(tag: str) -> None:
    assert text_of_html(f"<{tag}>" * 1_500 + "text").text.strip().endswith("text")
    assert text_of_html(f"<{tag}>" * 20_000 + "text").text.strip().endswith("text")


def test_no_more_than_the_cap_is_read() -> None:
    assert "late" not in text_of_html("<p>early</p>" + " " * MAX_HTML + "late").text


def test_lone_surrogates_are_replaced() -> None:
    assert text_of_html("<p>a\ud800b é</p>").text == "a?b é"
