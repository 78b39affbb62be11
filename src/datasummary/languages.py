"""Language codes: many spellings in, one code out.

Manifests name languages as ``en``, ``EN``, ``eng``, ``en-US``, ``eng_Latn``, ``__label__en`` or ``English``. Here
they all become one lower-case code, the two letters of ISO 639-1 where the language has them, else the three of
ISO 639-3; ``und`` (undetermined) stands for everything that names no language.

>>> normalise("__label__eng_Latn"), normalise("zho_Hans"), normalise("iw"), normalise("?")
('en', 'zh', 'he', 'und')
>>> name("mt")
'Maltese'

The equivalences are those of the Unicode CLDR, as packaged with Babel: an encompassed language becomes the
language it is normally written and labelled as (``cmn`` and ``zho`` are ``zh``, ``arb`` is ``ar``), and withdrawn
codes become their successors. Scripts and regions are dropped.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["EU_OFFICIAL", "UNDETERMINED", "name", "normalise"]

UNDETERMINED = "und"

EU_OFFICIAL: tuple[str, ...] = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
    "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
"""The 24 official languages of the European Union (Regulation No 1 of 1958, Article 1), by code."""

_NOT_A_LANGUAGE = frozenset({"mis", "none", "null", "root", "und", "unk", "unknown"})
"""Words for "not known". ``unk`` is by ISO 639-3 a language of about 500 speakers; in a manifest it means unknown."""

_KEPT = {"tgl": "tl", "tl": "tl", "twi": "tw", "tw": "tw"}
"""Languages with a code in ISO 639-1 that the CLDR folds into a relative (Filipino, Akan)."""

_OTHER_NAMES = {
    "bengali": "bn",
    "castilian": "es",
    "farsi": "fa",
    "flemish": "nl",
    "greek, modern": "el",
    "kirghiz": "ky",
    "mandarin": "zh",
    "modern greek": "el",
    "moldavian": "ro",
    "myanmar": "my",
    "odia": "or",
    "oriya": "or",
    "panjabi": "pa",
    "pushto": "ps",
    "simple": "en",
    "sinhalese": "si",
    "uighur": "ug",
}
"""English names in use beside the CLDR's, and Wikipedia's edition in simple English."""


def normalise(raw: str | None) -> str:
    """Return the one code for a language as a manifest spells it.

    Of a list such as ``eng,fra`` the first language counts. Blank, null and unknown values give ``und``; so does
    anything that is no ISO 639 code and no English name of a language. ``mul`` (several languages) and ``zxx`` (no
    linguistic content) stay as they are. The result has two or three letters, and normalising it again changes nothing.
    """
    if raw is None or raw.strip() == "NaN":
        return UNDETERMINED
    codes, names = _tables()
    text = raw.strip().lower().removeprefix("__label__")
    if text in names:
        return names[text]
    first = next((part for part in re.split(r"[\W_]+", text) if part), "")
    return codes.get(first) or names.get(first, UNDETERMINED)


def name(code: str, locale: str = "en") -> str:
    """Return the name of a language in another (by default English), or the code itself where the CLDR has none."""
    from babel import Locale

    found = Locale.parse(locale).languages.get(code)
    return str(found) if found else code


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Codes by spelling of the code, and codes by English name; both lower-case."""
    from babel import Locale
    from babel.core import get_global

    aliases = {spelling: target.split("_")[0] for spelling, target in get_global("language_aliases").items()}
    english = Locale("en").languages
    known = {tag.split("_")[0] for tag in [*english, *get_global("likely_subtags"), *aliases, *EU_OFFICIAL]}
    codes = {}
    for spelling in known:
        target = spelling
        while target in aliases and target not in _KEPT:
            target = aliases[target]
        codes[spelling] = _KEPT.get(target, target)
    codes = {s: t for s, t in codes.items() if not {s, t} & _NOT_A_LANGUAGE}
    # Names as short as a code ("Ga", "Fon") are left out: "ga" is Irish.
    named = {english[tag].lower(): codes.get(tag.split("_")[0]) for tag in sorted(english)}
    names = {text: code for text, code in named.items() if code and len(text) > 3}
    return codes, names | _OTHER_NAMES
