"""HTML to text: one line per block, hidden text dropped, and what the clients' quote containers say told beside it."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailproc.mail.text.header_block import header_roles
from mailproc.mail.text.html_containers import HIDDEN_STYLE, INDENT_STYLE, OUTLOOK_HEADER, Does, containers_in

MAX_HTML = 524_288
# Parsing takes time quadratic in the nesting; beyond these limits the tags are only stripped.
_MAX_TAGS = 40_000
_MAX_DEPTH = 2_000
# Nobody's answer has more quotes in it; each costs time.
_MAX_CONTAINERS = 2_000
_MAX_SPLIT_QUOTES = 8
_MAX_PREFORMATTED_NODES = 20_000

# Private-use characters: put into the tree, found again in its text. A mark stands alone between two breaks.
_BREAK, _LINE = "\ue000", "\ue001"
_CLOSE, _REST = "\ue002", "\ue003"
_OPEN = {"quote": "\ue004", "attribution": "\ue005", "signature": "\ue006"}
_REASON_OF = {mark: reason for reason, mark in _OPEN.items()}
_LABEL = re.compile(r"[^\W\d_]{2,16}(?: [^\W\d_]{1,12})? ?[:：](?=\s)")
_MIN_LABELS, _MAX_LABELS = 3, 400
_MARKS = re.compile("[\ue000-\ue006]")

_TAG = re.compile(
    r"<(/?)(?!(?:br|img|hr|meta|link|input|col|wbr|p|li|td|th|tr|dt|dd|option|o:p)\b)[a-zA-Z][^<>]*>", re.IGNORECASE
)
_LINE_TAG = re.compile(r"</?(?:p|div|tr|li|h[1-6]|blockquote|pre|table|br)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_BLOCKS = "p,div,tr,li,blockquote"
_RARE_BLOCKS = "h1,h2,h3,h4,h5,h6,pre,hr,dt,dd,center,section,article,header,footer,address,table"


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Text of an HTML part; `spans` are stretches of it that containers settle: (start, end, reason), ascending."""

    text: str
    spans: tuple[tuple[int, int, str], ...] = ()


def text_of_html(html: str) -> HtmlText:
    """Convert an HTML part to text, with the quote containers told in `spans`.

    At most 512 ki characters are read. HTML that is nested absurdly deep is only stripped of its tags. Empty for empty.
    """
    if len(html) > MAX_HTML:
        html = html[:MAX_HTML]
        html = html[: html.rfind("<")] if html.rfind("<") > html.rfind(">") else html  # no half a tag
    if not html.isascii():
        html = _MARKS.sub("", html.encode("utf-8", "replace").decode())  # neither our marks nor lone surrogates
    if not _is_parsable(html):
        stripped = _ANY_TAG.sub(" ", _LINE_TAG.sub("\n", html))
        return HtmlText("\n".join(line for line in map(str.strip, stripped.split("\n")) if line))
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return HtmlText("")
    for node in tree.css("style,script,title,template"):
        node.decompose()
    for does, selector in containers_in(html):
        _mark_containers(tree, does, selector)
    _mark_lines(tree, html)
    return _read_marks(" ".join(body.text().split()))


def _is_parsable(html: str) -> bool:
    tags = html.count("<")
    if tags <= _MAX_DEPTH:
        return True
    if tags > _MAX_TAGS:
        return False
    depth = 0
    for tag in _TAG.finditer(html):
        depth += -1 if tag[1] else 1
        if depth > _MAX_DEPTH:
            return False
    return True


def _mark_lines(tree: LexborHTMLParser, html: str) -> None:
    """Where lines begin and end; newlines of the source count in preformatted text only."""
    if "<pre" in html or "<PRE" in html or "white-space" in html:
        _mark_preformatted(tree)
    for node in tree.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in tree.css(_RARE_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in tree.css("br"):
        node.insert_before(_LINE)
    if "<td" in html or "<TD" in html or "<th" in html:
        for node in tree.css("td,th"):
            node.insert_after(" ")


def _mark_preformatted(tree: LexborHTMLParser) -> None:
    visited = 0
    for pre in tree.css('pre,[style*="white-space:pre"],[style*="white-space: pre"]'):
        texts: list[LexborNode] = []
        for node in pre.traverse(include_text=True):
            visited += 1
            if node.is_text_node:
                texts.append(node)
        for node in texts:
            text = node.text_content or ""
            if "\n" in text:
                node.replace_with(text.replace("\n", _LINE))
        if visited > _MAX_PREFORMATTED_NODES:
            break


def _mark_containers(tree: LexborHTMLParser, does: Does, selector: str) -> None:
    nodes = tree.css(selector)[:_MAX_CONTAINERS]
    match does:
        case Does.drop:
            for node in nodes:
                if node.tag not in ("body", "html") and HIDDEN_STYLE.search(node.attributes.get("style") or ""):
                    node.decompose()
        case Does.blockquote:
            for node in nodes:
                attributes = node.attributes
                if attributes.get("type") == "cite" or not INDENT_STYLE.search(attributes.get("style") or ""):
                    _enclose(node, "quote")
        case Does.unless_split:
            for node in nodes[:_MAX_SPLIT_QUOTES]:
                if node.css_first("blockquote") is None:
                    _enclose(node, "quote")
        case Does.rest | Does.rest_unless_header:
            if does is Does.rest_unless_header and tree.css_first(OUTLOOK_HEADER) is not None:
                return  # the quote begins there, and an answer may stand above it
            for node in nodes[:1]:
                _insert_before(node, _REST)
        case Does.rest_if_labels:
            for node in nodes[:_MAX_SPLIT_QUOTES]:
                if _begins_with_labels(_MARKS.sub("", node.text())[:_MAX_LABELS].strip()):
                    _insert_before(node, _REST)
        case _:
            for node in nodes:
                _enclose(node, does)


def _begins_with_labels(text: str) -> bool:
    """Whether text is the header of a quoted mail: its first label is known, or there are several in any language."""
    if header_roles(text) is not None:
        return True
    return _LABEL.match(text) is not None and len(_LABEL.findall(text)) >= _MIN_LABELS


def _enclose(node: LexborNode, reason: str) -> None:
    _insert_before(node, _OPEN[reason])
    node.insert_after(_BREAK + _CLOSE + _BREAK)


def _insert_before(node: LexborNode, mark: str) -> None:
    node.insert_before(_BREAK + mark + _BREAK)


def _read_marks(marked: str) -> HtmlText:
    """Turn the marks into lines and spans. Of nested containers the outermost counts."""
    lines: list[str] = []
    spans: list[tuple[int, int, str]] = []
    length = depth = opened_at = 0
    reason, rest_at = "", -1
    for segment in marked.split(_BREAK):
        if not segment or segment == " ":
            continue
        if segment in _REASON_OF:
            if not depth:
                opened_at, reason = length, _REASON_OF[segment]
            depth += 1
        elif segment == _CLOSE:
            depth -= depth > 0
            if not depth and opened_at < length:
                spans.append((opened_at, length, reason))
                opened_at = length
        elif segment == _REST:
            rest_at = length if rest_at < 0 else rest_at
        else:
            # A <br> before the end of its block only ends the line; one that stands alone is an empty line.
            for line in segment.removesuffix(" ").removesuffix(_LINE).split(_LINE):
                lines.append(line.strip())
                length += len(lines[-1]) + 1
    if depth and opened_at < length:
        spans.append((opened_at, length, reason))
    if 0 <= rest_at < length:
        spans = [span for span in spans if span[0] < rest_at]
        spans.append((max(rest_at, spans[-1][1] if spans else 0), length, "quote"))
    return HtmlText("\n".join(lines), tuple(spans))
