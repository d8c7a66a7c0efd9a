"""Makes the slips that tired thumbs make, so that the classifier learns from badly typed copies of its examples too.

Repeatable: the same text always gets the same slips.
"""

from __future__ import annotations

import random
import re
import zlib

#: About one letter-level slip for so many letters.
LETTERS_A_SLIP = 14
_HEARD = {
    "en": "ing >in ,you>u,are >r ,to >2 ,and >n ,because>cuz,going to>gonna,want to>wanna,have>hav,ck>k,ight>ite,"
    "ough>uf,ll>l,ee>e,ea>e,tion>shun,ph>f,know>no,people>ppl,with>wit,every>evry,please>plz",
    "es": "qu>k,v>b,ll>y,z>s,ce>se,ci>si,h>,que >q ,porque>xq,estoy>toy,para >pa ,voy>boi,hacer>aser,y >i ,ge>je,rr>r",
}
_SOUNDS = {lang: [tuple(pair.split(">")) for pair in pairs.split(",")] for lang, pairs in _HEARD.items()}
SOUNDS_A_TEXT = 6


def misspell(text: str, lang: str) -> str:
    """Return the text with slips: sounds written down, letters lost, doubled or swapped, no capitals."""
    dice = random.Random(zlib.crc32(text.encode()))  # noqa: S311 - no secret depends on it
    text = re.sub(r"['’.,;:!¡¿]", "", text.lower())
    for heard, written in dice.sample(_SOUNDS.get(lang, _SOUNDS["en"]), k=SOUNDS_A_TEXT):
        text = text.replace(heard, written)
    letters = list(text)
    for _ in range(max(1, len(text) // LETTERS_A_SLIP)):
        at = dice.randrange(max(1, len(letters) - 1))
        if not letters or not letters[at].isalpha():
            continue
        slip = dice.choice(("lost", "doubled", "swapped"))
        if slip == "lost":
            letters.pop(at)
        elif slip == "doubled":
            letters.insert(at, letters[at])
        elif at + 1 < len(letters) and letters[at + 1].isalpha():
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)
