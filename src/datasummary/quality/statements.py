"""What a text says about something: that it says it, refuses to say it, or only mentions it; and what is no name."""

from __future__ import annotations

import re
from typing import Literal

from datasummary.quality.vocabulary import plain, speaks_of

__all__ = [
    "Told",
    "affirmed",
    "based_on_none",
    "clauses",
    "lacks",
    "more_than_named",
    "no_name",
    "none_required",
    "refuses",
    "told",
]

Told = Literal["said", "refused", "vague", "silent"]

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n")
_CLAUSE_END = re.compile(r"[.!?;](?=\s|$)|\n|,? \b(?:but|mais|whereas|tandis que)\b", re.IGNORECASE)

_TELL = (
    r"(?:disclose|reveal|divulge|publish|share|specify|state|list|name|report|describe|document|communicate|comment)"
)
_TOLD = (
    r"(?:disclosed|revealed|divulged|published|shared|specified|reported|described|documented|communicated|made public"
    r"|provided|given|(?:stated|listed|named)(?! (?:above|here|there|in)\b))"
)
_INFORMATION = (
    r"(?:(?:any|further|more|other|additional|such|the|a|an) ){0,3}(?:information|details?|lists?|names?|description)"
)
_DIRE = r"(?:divulgu|communiqu|publi|revel|precis|fourni|diffus|detaill|indiqu|donn)"
_REFUSAL = re.compile(
    "|".join(
        (
            rf"(?:\b(?:do|does|did|could|will|would|shall)(?:n't| not)|\b(?:can't|cannot|won't|unable to|never)"
            rf"|\b(?:declin|refus)\w* to|\bprefer not to)(?: \w+){{0,2}} {_TELL}\b",
            rf"\b(?:do|does|did|can|could|will|would|shall)(?:n't|not| not)(?: \w+)? (?:provide|give"
            rf"|offer) {_INFORMATION}\b",
            rf"\b(?:is|are|was|were|be|been|being)(?:n't| not| never| neither)(?: \w+){{0,2}} {_TOLD}",
            r"\bno (?:(?:further|more|other|additional|such|any) )?(?:information|details?|description)\b",
            rf"\bno\b.{{0,80}}\b(?:is|are|was|were|will be|can be|has been|have been) (?:\w+ )?(?:{_TOLD}|available)",
            r"\bnothing (?:(?:is|can be) (?:known|said|told))\b",
            r"\bunavailable\b|\bnot (?:publicly )?available\b(?! on the)|\bundisclosed\b|\bwithheld\b",
            r"\b(?:is|are|was|were|be|remains?|kept|stays?|treated as) (?:\w+ )?(?:confidential|secret)\b",
            r"reasons? of confidentiality|confidentiality reasons|\btrade secrets?|commercially sensitive",
            r"^\W*(?:\w+: ?)?(?:strictly )?(?:confidential|proprietary|confidentiel(?:le)?s?)\W*$",
            rf"^\W*(?:\w+: ?)?not (?:\w+ )?{_TOLD}\W*$",
            r"\b(?:available|provided|given|shared|disclosed|supplied|sent"
            r"|accessible)(?: \w+){0,3} (?:up)?on (?:\w+ )?request",
            rf"\bn(?:e |')(?:\w+ ){{0,2}}?{_DIRE}\w* (?:pas|aucun|ni)\b",
            rf"\b(?:est|sont|sera|seront|etait|etaient) (?:pas|ni) (?:\w+ )?{_DIRE}\w*",
            rf"\baucun.{{0,80}}\bn(?:e |')(?:est|sont|sera|seront) (?:\w+ )?{_DIRE}",
            r"\baucune? (?:autre )?(?:information|detail|precision|description)\b(?! (?:personnel|nominat))",
            r"\b(?:est|sont|reste\w*|demeure\w*) (?:\w+ )?confidentiel|raisons? de confidentialite|secret des affaires",
            rf"\bnon {_DIRE}\w+|\brefus\w+ de {_DIRE}|\b(?:disponible|fourni"
            rf"|communique)\w*(?: \w+){{0,2}} sur (?:simple )?demande",
        )
    )
)
_HANDED_OVER = re.compile(
    r"\b(?:no )?(?:(?:passwords?|credentials?|log-?ins?|payments?|accounts?|captchas?|cookies)(?: or | and |, )?){1,4}"
    r" ?(?:is|are|was|were)\b(?= (?:never |not |ever )?(?:provided|given|shared)\b)"
)
"""What crawlers do not hand over is no information that is kept back."""

_NONE_REQUIRED = re.compile(
    r"^\W*(?:none|no (?:\w+ )?representative|not|aucun(?: mandataire| representant)?)\b.{0,40}"
    r"\b(?:required|needed|necessary|requis|necessaire|obligatoire).{10}"
    r"|^\W*(?:none|aucun)\b.{0,60}\b(?:established|etabli)"
)
_NO_BASE = re.compile(
    r"^\W*(?:none|neither|nil|no (?:\w+ ){0,3}(?:model|base|dependenc)\w*|not (?:derived|made|based|fine-?tuned)"
    r"|aucun\w*)\b|\btrained (?:\w+ )?from scratch|\bentraine\w* (?:\w+ )?(?:a partir de|de|depuis) zero"
    r"|\b(?:is|are|was|were) not (?:\w+ )?(?:derived|made|based|fine-?tuned|adapted|distilled)"
    r"|\bn(?:e |')(?:est|sont) pas (?:derive|issu|fonde|base)"
)
_LACKING = re.compile(
    r"\b(?:does|do|did)(?:n't| not) (?:contain|include|cover|comprise)|\b(?:contains?|includes?) no\b"
    r"|\bne (?:contien|compren|compt|couvr)\w* (?:pas|aucun)"
)
_MORE = re.compile(
    r"\W*(?:several|various|many|numerous|multiple|different|some|certain|other|plusieurs|divers(?:es)?|différente?s"
    r"|nombreu(?:x|ses)|certaine?s|autres|a (?:\w+ )?(?:number|variety|range|selection|mix|set) of"
    r"|une? (?:\w+ )?(?:nombre|ensemble|variété|série|sélection) d(?:e|es|['’]))\s+(?-i:[a-zà-ÿ])"
    r"|.*\b(?:and|or|among|et|ou|entre)\s+(?:many |several |various |some |d['’])?(?:others?|more|autres)\W*$"
    r"|.*\b(?:such as|etc)\b",
    re.IGNORECASE | re.DOTALL,
)
_UNNAMED = re.compile(
    r"\W*(?:we|nous|the model|le modèle)\s+(?-i:[a-zà-ÿ])"
    r"|\W*(?:not required|none|proprietary|confidential|undisclosed|unknown|internal|in-house|various|several|others?"
    r"|propriétaire|confidentiel|inconnu|interne|divers)\W*$"
    r"|\W*(?:our|the|notre|nos|les?|la)\s(?-i:[^A-ZÀ-Þ\d]*$)",
    re.IGNORECASE | re.DOTALL,
)


def clauses(text: str) -> list[str]:
    """Split a text where one statement ends and another begins."""
    return [part.strip() for part in _CLAUSE_END.split(text) if part.strip()]


def refuses(text: str) -> bool:
    """Tell whether a text plainly declines to tell.

    >>> refuses("We do not disclose any further domains."), refuses("Captchas are not solved.")
    (True, False)
    """
    return bool(_REFUSAL.search(_HANDED_OVER.sub(" ", plain(text))))


def affirmed(text: str) -> str:
    """Give what is left of a text without the clauses that decline to tell."""
    return "\n".join(clause for clause in clauses(text) if not refuses(clause))


def told(what: str, text: str, by: str = "") -> Told:
    """Tell how a text speaks of something, by a key of the vocabulary.

    ``by`` is a key of words that must stand in the same sentence for it to say anything: of captchas, what is done.

    >>> told("captchas", "Captchas are left alone.", by="conduct"), told("captchas", "Captchas matter.", by="conduct")
    ('said', 'vague')
    >>> told("captchas", "Captchas: confidential.")
    'refused'
    """
    found: set[Told] = set()
    for sentence in (part for part in _SENTENCE_END.split(text) if speaks_of(what, part)):
        said = affirmed(sentence)
        if not speaks_of(what, said):
            found.add("refused")
        elif not by or speaks_of(by, said):
            return "said"
        else:
            found.add("refused" if refuses(sentence) else "vague")
    return "refused" if "refused" in found else "vague" if found else "silent"


def no_name(text: str) -> bool:
    """Tell whether words in the place of a name leave open what is meant.

    >>> [no_name(text) for text in ("Several models from 2024", "AcmeBot and others", "Our World in Data", "The Pile")]
    [True, True, False, False]
    """
    return bool(_UNNAMED.match(text)) or more_than_named(text)


def more_than_named(text: str) -> bool:
    """Tell whether words in the place of a name stand for several: ``AcmeBot and others``."""
    return bool(_MORE.match(text))


def none_required(text: str) -> bool:
    """Tell whether a text says that nobody need be named, and why."""
    return bool(_NONE_REQUIRED.search(plain(text)))


def based_on_none(text: str) -> bool:
    """Tell whether a text says that the models were made from no other model."""
    return bool(_NO_BASE.search(plain(text)))


def lacks(text: str) -> bool:
    """Tell whether a clause says what is not in the data."""
    return bool(_LACKING.search(plain(text)))
