"""What is done to a visitor's text before anything reads it, so that nothing in it can act or hide."""

import re
import unicodedata

TEXT_LIMIT = 1000  # characters, counted after cleaning

_KEPT_CONTROLS = "\n"
_EMOJI_JOINER = "\u200d"
_LEADING = re.compile(r"^[\s/\uFF0F]+")
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")


def clean(text: str) -> str:
    """Remove control, formatting and bidirectional-override characters and outer white space. Pure.

    A joiner between emoji stays, as it holds one picture together. Elsewhere invisible characters only serve to hide
    words, from a safety filter for one.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    kept: list[str] = []
    for sign in text:
        category = unicodedata.category(sign)
        if category == "Cc" and sign not in _KEPT_CONTROLS:
            continue
        if category == "Cf" and not (sign == _EMOJI_JOINER and kept and _is_pictorial(kept[-1])):
            continue
        if category == "Cs":
            continue
        kept.append(sign)
    return "".join(kept).strip().strip(_EMOJI_JOINER)


def neutralise(text: str) -> str:
    """Take away leading slashes. In Rasa a text such as `/intent{…}` bypasses understanding, for anybody. Pure."""
    return _LEADING.sub("", text)


def _is_pictorial(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Mn")
