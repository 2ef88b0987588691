"""A message as an e-mail: HTML that reads on a telephone and in the dark, and the same as plain text. Nothing in it is fetched. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from listener.digest.inert import safe_url
from listener.text.shorten import visible
from moderation.model.delivery import Line, Message, Part, Picture

_WIDTH = 76
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

_STYLE = """\
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;background:#f4f1ea;color:#211d17;-webkit-text-size-adjust:100%}
.page{max-width:600px;margin:0 auto;padding:20px 16px 32px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
.sheet{background:#fffdf8;border:1px solid #e2dccf;border-radius:10px;padding:20px 18px}
h1{font-size:22px;line-height:1.25;margin:0 0 12px}
h2{font-size:17px;line-height:1.3;margin:26px 0 8px;padding-top:14px;border-top:1px solid #e2dccf}
p{margin:0 0 10px}
h1,h2,p,li{overflow-wrap:anywhere;word-break:break-word}
.item{margin:0 0 6px}
.small,.foot{color:#5d564a;font-size:14px}
.quote{margin:0 0 10px;padding-left:12px;border-left:3px solid #c9bfa9}
.mark{background:#7a2e0e;color:#fff;border-radius:6px;padding:8px 12px;font-size:14px}
.go{display:inline-block;background:#8a3d10;color:#fff;border-radius:8px;padding:12px 18px;text-decoration:none;font-weight:600}
a{color:#8a3d10}
img{display:block;width:100%;max-width:560px;height:auto;border:0;border-radius:8px;background:#fff}
.foot{padding:16px 4px 0}
@media (prefers-color-scheme:dark){
body{background:#15130f!important;color:#ece7dc!important}
.sheet{background:#1f1c17!important;border-color:#3a352b!important}
h2{border-color:#3a352b!important}
.small,.foot{color:#b9b1a1!important}
.quote{border-color:#5a5242!important}
a{color:#f0a878!important}
.go{background:#f0a878!important;color:#211d17!important}
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """What stands under an e-mail: why one gets it, and how it stops: a link of one's own (`stop_url`), or a sentence without one."""

    why: str
    stop: str
    stop_url: str = ""


def mail_html(message: Message, foot: Foot, *, picture_url: Callable[[Picture], str]) -> str:
    """Return one HTML document. `picture_url` names the part of the same e-mail that holds a picture ("cid:…")."""
    parts = Markup("").join(
        (
            *([Markup('<p class="mark"><strong>{}</strong></p>').format(_shown(message.marked))] if message.marked else []),
            Markup("<h1>{}</h1>").format(_shown(message.title)),
            *(Markup("<p>{}</p>").format(_shown(one)) for one in message.opening),
            *(_picture(one, picture_url(one)) for one in message.pictures),
            *map(_part, message.parts),
            *(Markup("<p>{}</p>").format(_shown(one)) for one in message.closing),
            *([_button(message)] if safe_url(message.link) else []),
        )
    )
    first = next(iter(message.opening), message.title)
    return (
        f'<!doctype html>\n<html lang="{escape(message.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">\n'
        f"<title>{escape(_shown(message.title))}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f'<div hidden style="display:none;max-height:0;overflow:hidden">{escape(_shown(first))}</div>\n'
        f'<div class="page"><main class="sheet">\n{parts}\n</main>\n{_foot(foot)}</div>\n</body>\n</html>\n'
    )


def mail_text(message: Message, foot: Foot) -> str:
    """Return the same as plain text: every picture in words, every link written out."""
    lines: list[str] = [*([f"[{_shown(message.marked)}]", ""] if message.marked else []), _shown(message.title)]
    lines += ["=" * min(len(lines[-1]), _WIDTH), "", *map(_shown, message.opening)]
    lines += [f"[{_shown(one.alt)}]" for one in message.pictures]
    for part in message.parts:
        heading = _shown(part.heading)
        lines += ["", *([heading, "-" * min(len(heading), _WIDTH)] if heading else [])]
        lines += [text for one in part.lines for text in _text(one)]
    lines += ["", *map(_shown, message.closing)] if message.closing else []
    lines += ["", f"{message.link_text}: {safe_url(message.link)}"] if safe_url(message.link) else []
    lines += ["", "-- ", foot.why, f"{foot.stop}: {foot.stop_url}" if foot.stop_url else foot.stop]
    return "\n".join(lines) + "\n"


def subject_of(message: Message) -> str:
    """Return the title as a subject: one line without a control character, so that it cannot become another header."""
    marked = f"[{message.marked.partition('.')[0]}] " if message.marked else ""
    return " ".join(_BREAKS.sub(" ", f"{marked}{message.title}").split())[:200]


def _part(part: Part) -> Markup:
    heading = Markup("<h2>{}</h2>").format(_shown(part.heading)) if part.heading else Markup("")
    return Markup("{}{}").format(heading, Markup("").join(map(_line, part.lines)))


def _line(line: Line) -> Markup:
    url = safe_url(line.url)
    small = Markup('<span class="small">{}</span>').format(_shown(line.small)) if line.small else Markup("")
    if line.quoted:
        where = _link(url, line.small or url) if url else small
        if url and line.small:
            where = Markup('<span class="small">{}</span>').format(where)
        text = Markup('<span dir="auto">{}</span><br>').format(_shown(line.text)) if line.text else Markup("")
        return Markup('<p class="quote">{}{}</p>').format(text, where)
    bold = Markup('<strong dir="auto">{}</strong>').format(_link(url, line.bold) if url else _shown(line.bold)) if line.bold else Markup("")
    middle = Markup("<br>") if line.bold and line.text else Markup("")
    last = Markup("<br>{}").format(small) if line.small else Markup("")
    return Markup('<p class="item">{}{}{}{}</p>').format(bold, middle, _words(line, url), last)


def _words(line: Line, url: str) -> Markup:
    """Return a line's words, with the link on those of them that it stands on."""
    before, named, after = line.text.partition(line.named) if url and line.named and not line.bold else (line.text, "", "")
    return Markup("{}{}{}").format(_shown(before), _link(url, named) if named else "", _shown(after))


def _link(url: str, text: str) -> Markup:
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url, _shown(text))


def _button(message: Message) -> Markup:
    return Markup('<p style="margin-top:22px"><a class="go" href="{}">{}</a></p>').format(safe_url(message.link), _shown(message.link_text))


def _picture(picture: Picture, url: str) -> Markup:
    return Markup('<p><img src="{}" alt="{}" width="560"></p>').format(url, _shown(picture.alt))


def _foot(foot: Foot) -> Markup:
    stop = Markup('<a href="{}">{}</a>').format(foot.stop_url, foot.stop) if foot.stop_url else escape(foot.stop)
    return Markup('<footer class="foot"><p>{}</p><p>{}</p></footer>').format(foot.why, stop)


def _text(line: Line) -> Sequence[str]:
    url = safe_url(line.url)
    if line.quoted:
        return [f"  > {' '.join(filter(None, (_shown(line.text), _shown(line.small), url)))}"]
    head = ": ".join(filter(None, (_shown(line.bold), _shown(line.text))))
    return [f"* {head}", *([f"  {_shown(line.small)}"] if line.small else []), *([f"  {url}"] if url else [])]


def _shown(text: str) -> str:
    """Return a text on one line without controls, its hidden and direction-turning characters spelt out; HTML is left to the escaper."""
    return visible(_BREAKS.sub(" ", text))
