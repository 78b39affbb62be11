"""Placeholders, in English and French: words that stand where an answer is still to come. They count as nothing said.

>>> without_placeholders("Acme GmbH; contact: to be stated")
'Acme GmbH; contact'
>>> without_placeholders("À compléter.")
''
"""

from __future__ import annotations

import re
from typing import Any

from datasummary.quality.vocabulary import plain

__all__ = ["placeholders_in", "without_placeholders", "without_placeholders_within"]

_DONE = (
    r"(?:stated|defined|determined|confirmed|completed|added|announced|appointed|provided|specified|filled(?: in)?"
    r"|written|decided|described|disclosed|named|inserted|supplied|advised|done|agreed|published)"
)
_FAIT = (
    r"(?:completer|definir|determiner|preciser|confirmer|renseigner|remplir|rediger|indiquer|nommer|designer|ajouter"
    r"|decrire|communiquer|publier)"
)
_LATER = (
    r"(?: (?:later|soon|shortly|in due course|by the provider|by us|here|plus tard|ulterieurement|prochainement|bientot"
    r"|par le fournisseur))*"
)
_SUBJECT = (
    r"(?!(?:no|none|nothing|rien|aucune?|pas) )(?:[\w/'-]+ ){0,3}?"
    r"(?:(?:is|are|was|were|remains?|est|sont|reste|restent) )?(?:still |yet |encore )?"
)
_WHOLE = re.compile(
    rf"{_SUBJECT}to be {_DONE}{_LATER}"
    rf"|(?:[\w/'-]+ ){{0,4}}will be {_DONE} (?:later|soon|shortly|in due course)"
    rf"|{_SUBJECT}a {_FAIT}{_LATER}"
    rf"|(?:[\w/'-]+ ){{0,4}}(?:sera|seront) (?:\w+ )?(?:ulterieurement|plus tard|prochainement|bientot)"
    r"|t\.?b\.?[dcasn]\.?|to ?do|fixme|xx+|wip|placeholder|coming soon|work in progress|pending|a venir|en attente"
    r"|en cours(?: (?:de redaction|d'elaboration|de preparation))?"
    r"|(?:please )?(?:fill in|insert|complete|add)(?: [\w'-]+){0,4} here"
    r"|[\[<{](?!https?:|[\w.+-]+@)[^\]<>{}\n]{0,80}[\]>}]"
)
"""What a clause is, from its first word to its last, where it only holds a place."""
_NOT_AVAILABLE = re.compile(r"n/a|n\.a\.?|s/o|s\.o\.?|not available|non disponible")
"""What says nothing in an entry or a detail; of a whole field it says that the field does not apply."""
_MARKER = re.compile(r"(?<![\w-])(?:TBD|TBC|TBA|TODO|FIXME)(?![\w-])")
_WHOLE_LINE = re.compile(r"\W*[\[<{](?!https?:|[\w.+-]+@)[^\[\]<>{}]{0,400}[\]>}]\W*")
_REST_OF_LINE = re.compile(r"^\W*(?:TODO|FIXME)\b|^\W*(?:TBD|TBC|TBA)\s*[:(]|(?i:lorem ipsum|^\W*todo\s*:)")
_CLAUSES = re.compile(r"((?<![.;:,!?])[.;:,!?]+(?=\s|$)|\s[-–—]\s|[()\n])")
_EMPTIED = re.compile(r"[,:]\s*([;.!?])|\(\s*\)")
_SUSPECT = re.compile(
    r"\b(?:tb[dcasn]|t\.b|to ?do|fixme|xx+|wip|placeholder|coming|progress|pending|lorem|here|to be|will be|sera|seront"
    r"|attente|cours)\b|\ba [a-z]+[ei]r\b|[\[<{]"
)
"""What a text holds at the least that holds a placeholder; most hold none of it."""


def without_placeholders(text: str) -> str:
    """Return a text without the clauses that only hold a place."""
    return _parted(text)[0]


def without_placeholders_within(value: Any, nested: bool = False) -> Any:
    """Return the value of a field without placeholders, at any depth; entries of nothing else become empty."""
    if isinstance(value, str):
        return _parted(value, nested)[0]
    if isinstance(value, list):
        return [without_placeholders_within(part, True) for part in value]
    if isinstance(value, dict):
        return {key: without_placeholders_within(part, nested or key == "items") for key, part in value.items()}
    return value


def placeholders_in(value: Any, label: str = "", nested: bool = False) -> list[tuple[str, str]]:
    """Give the placeholders of a field's value, each with the key that it stands under."""
    if isinstance(value, str):
        return [(label, words) for words in _parted(value, nested)[1]]
    if isinstance(value, list):
        return [found for part in value for found in placeholders_in(part, label, True)]
    if isinstance(value, dict):
        return [
            found for key, part in value.items() for found in placeholders_in(part, str(key), nested or key == "items")
        ]
    return []


def _parted(text: str, nested: bool = False) -> tuple[str, list[str]]:
    """Part a text into what it says and its placeholders; ``nested`` is one in an entry or a detail."""
    if nested and _NOT_AVAILABLE.fullmatch(plain(text).strip(" .")):
        return "", [text]
    if not re.search(r"\w", text):
        return "", [text.strip()] if text.strip() else []
    if not _SUSPECT.search(plain(text)):
        return text, []
    kept, found = [], []
    for line in text.split("\n"):
        if _REST_OF_LINE.search(line) or _WHOLE_LINE.fullmatch(line):
            found.append(line.strip())
            continue
        pieces: list[str] = []
        for place, piece in enumerate(_CLAUSES.split(line)):
            if place % 2 == 0 and _holds_a_place(piece):
                found.append(piece.strip())
            else:
                pieces.append(piece)
        kept.append(line if "".join(pieces) == line else _EMPTIED.sub(r"\1", "".join(pieces)).strip(" ,;:-–—"))
    if not found:
        return text, []
    said = "\n".join(line for line in kept if line.strip())
    return (said if re.search(r"\w", said) else ""), found


def _holds_a_place(clause: str) -> bool:
    words = plain(clause).strip(" \t\"'*_")
    return bool(words) and bool(_MARKER.search(clause) or _WHOLE.fullmatch(words))
