"""Words and forms by which checks and hints read a document, in English and French.

Patterns stand in plain letters: lower case, without accents, with straight apostrophes (see :func:`plain`). They find
whether something is spoken of, never whether it is true.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

__all__ = ["FULL_DATE", "MONTH", "URL", "language_codes", "months", "plain", "speaks_of"]

URL = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:]")
FULL_DATE = re.compile(r"(?<![\d/])(\d{2})/(\d{2})/(\d{4})(?![\d/])")
MONTH = re.compile(r"(?<![\d/])(0[1-9]|1[0-2])/(\d{4})(?![\d/])")

_MONTH_NAMES = (
    "january|janvier",
    "february|fevrier",
    "march|mars",
    "april|avril",
    "may|mai",
    "june|juin",
    "july|juillet",
    "august|aout",
    "september|septembre",
    "october|octobre",
    "november|novembre",
    "december|decembre",
)
_NAMED_MONTH = re.compile(rf"\b({'|'.join(_MONTH_NAMES)})\s{{1,3}}(\d{{4}})\b")
_ISO_MONTH = re.compile(r"(?<![\d-])(\d{4})-(0[1-9]|1[0-2])(?:-\d{2})?(?![\d-])")
_DAY = re.compile(r"(?<![\d/])\d{1,2}/(0[1-9]|1[0-2])/(\d{4})(?![\d/])")

_SPOKEN = {
    "not_applicable": r"^\W*(not applicable|n/?a\b|sans objet|non applicable|ne s'applique pas|does not apply)",
    "nothing": r"^\W*(no |none\b|nothing\b|aucun|neant\b|pas de |rien\b|sans commentaire|-+$)",
    "gap": r"best efforts|meilleurs efforts|tous les efforts|efforts raisonnables",
    "not known": r"not known|unknown|inconnu|non connu|pas connu",
    "further training": r"train|entrain|dynami",
    "goals": r"in order to|so that the model|to improve|improv\w+ the|capabilit|to teach|to train|afin de|ameliorer"
    r"|pour entrainer|capacites? d|performance",
    "European Union": r"european union|\beu\b|union europeenne|\bue\b|\bofficial languages?\b"
    r"|\blangues? officielles?\b",
    "regions": r"region|nation|countr|pays|geograph|europe|africa|afrique|asia|asie|america|amerique|world|monde"
    r"|continent|territor|\bsites? (in|en|au)\b",
    "people": r"demograph|\bage\b|\bages\b|gender|genre|\bsexe?\b|women|femmes|\bmen\b|hommes|population|people"
    r"|personnes|audience|grand public|public general|speakers|locuteurs|children|enfants|origin|adult|student",
    "tokeniser": r"token|jeton|segment",
    "compression": r"compress",
    "sampling": r"sampl|echantillon|\bk?hz\b|frames?\b|images? par seconde|bit ?rate|debit",
    "part": r"\bparts?\b|subset|sample|selection|partie|sous-ensemble|echantillon|extrait",
    "nature": r"natur|protected|protege|personal|personnel|licen[cs]e|public domain|domaine public|copyright"
    r"|droits? d'auteur|confidential|official|officiel|made by machine|anonym",
    "period": r"\b(19|20)\d{2}\b",
    "size": r"\d[\d\s.,]{0,3}(k|m|b|t|g|mi|gi|ti)?(illion|illions|illiard|illiards|byte|octet|tokens?|jetons?|images?"
    r"|hours?|heures?|documents?|rows?|lignes?|articles?|pages?|gb|tb|mb|go|to|mo|recordings?|words|mots)",
    "captchas": r"captcha",
    "passwords": r"password|passwort|mots? de passe|log-?in|authentif|connexion|account|compte",
    "paywalls": r"pay-?wall|paid|payment|subscription|subscrib|peage|payant|abonne|paiement",
    "robots.txt": r"robots?\.txt|robots exclusion|rfc ?9309",
    "other protocols": r"tdm|x-robots|ai\.txt|\brsl\b|aipref|content.signal|meta.?(tag|robots)|opt-?out protocol"
    r"|other protocol|autres protocoles|protocoles autres|reservation protocol",
    "languages": r"\blang|linguist",
    "sites": r"\bsites?\b|website|forum|blog|news|presse|magazine|platform|plateforme|shop",
    "types of content": r"type|kind|conten|press|photo|code|article|video|audio|podcast|description|genre",
    "works": r"\burls?\b|address(es)?\b of|adresses?\b des|each page|single works?|individual works?|oeuvres|works\b"
    r"|every page|chaque page|toutes les pages",
    "more domains": r"(all|further|more|full|complete|whole|other|every|tous|autres|complet|ensemble)\b.{0,60}"
    r"(domain|domaine|list|sites)",
    "no summary": r"no (public )?(summary|training)|not (yet )?(publish|available)|has none|without a summary"
    r"|aucun resume|pas de resume|n'a pas (encore )?(ete )?publie|no such summary|not public",
    "trained on": r"train|entrain|appris|learn|fine-?tun|donnees|\bdata\b",
    "datasets of others": r"third part|tiers|dataset|jeux? de donnees|publisher|editeur|obtained from|obtenu|licens",
    "reservations": r"opt-?out|reserv|robots|tdm|right|droit",
    "requests": r"request|demand|opt-?out|letter|wrote|written|lettre|ecri|complain|plainte|reclam|contact|again"
    r"|re-?check|regular|a nouveau|mise? a jour|updat|remov|retir|withdraw|up to date|monthly|daily|each month",
    "selection for quality": r"qualit|capabilit|benchmark|performan|readab|lisib|capacites",
    "told elsewhere": r"\bnot (listed|told|stated) here|\bne sont pas|\bn'est pas",
    "policy": r"polic|politique|copyright|droit d'auteur",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _SPOKEN.items()}


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """Return a text in lower case, without accents, with straight apostrophes and hyphens.

    >>> plain("D’ÉTÉ")
    "d'ete"
    """
    text = text.replace("’", "'").replace("‑", "-").replace("–", "-").replace("œ", "oe").replace("\u00a0", " ")
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))


def speaks_of(what: str, text: str) -> bool:
    """Tell whether a text speaks of something, by a key of this module's patterns."""
    return bool(_PATTERNS[what].search(plain(text)))


def months(text: str) -> list[tuple[str, bool]]:
    """Give the months in a text, as ``2025-03``, each with whether it is written as the form wants it, ``03/2025``.

    >>> months("03/2025 to April 2025")
    [('2025-03', True), ('2025-04', False)]
    """
    simple = plain(text)
    found = [(m.start(), f"{m[2]}-{m[1]}", True) for m in MONTH.finditer(simple)]
    found += [(m.start(), f"{m[1]}-{m[2]}", False) for m in _ISO_MONTH.finditer(simple)]
    found += [(m.start(), f"{m[2]}-{m[1]}", False) for m in _DAY.finditer(simple)]
    for m in _NAMED_MONTH.finditer(simple):
        number = next(n for n, names in enumerate(_MONTH_NAMES, 1) if m[1] in names.split("|"))
        found.append((m.start(), f"{m[2]}-{number:02}", False))
    return [(month, proper) for _, month, proper in sorted(found)]


def language_codes(text: str) -> list[str]:
    """Give the languages that a text names in English or French, by their codes, each once."""
    names = _language_names()
    found: dict[str, None] = {}
    words = re.findall(r"[^\W\d_]+", plain(text))
    for place, word in enumerate(words):
        for length in (3, 2, 1):
            code = names.get(" ".join(words[place : place + length]))
            if code and (length > 1 or len(word) > 3):
                found[code] = None
    return list(found)


@cache
def _language_names() -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    usual = set(get_global("likely_subtags")) | set(Locale("en").languages)
    return {
        plain(name): code
        for locale in ("fr", "en")
        for code, name in Locale(locale).languages.items()
        if "_" not in code and code in usual and code not in {"und", "mul", "zxx", "mis"} and "(" not in name
    }
