"""Words and forms by which checks and hints read a document, in English and French.

Patterns stand in plain letters: lower case, without accents, with straight apostrophes (see :func:`plain`), and begin
and end with words. They find whether something is spoken of, never whether it is true.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

__all__ = [
    "FULL_DATE",
    "MAILBOX",
    "MONTH",
    "URL",
    "gives_size",
    "language_codes",
    "months",
    "names_places",
    "plain",
    "speaks_of",
]

URL = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:]")
MAILBOX = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
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
    "further training": r"\b(weights|models?) (is|are|was|were) frozen\b|(train|entrain|learn|apprent"
    r"|appris).{0,150}\b(continu|ongoing|go(es)? on|further|after\b|new\b|newly|dynami|no longer|keep|stop|end(s"
    r"|ed)?\b|finished|termin|frozen|again|apres\b|nouve|poursui|ulterieur|n'est plus|ne sont plus|en continu)"
    r"|\b(continu|ongoing|further|after\b|new\b|newly|dynami|no longer|keep|stop|end(s|ed)?\b|finished|termin|apres\b"
    r"|nouve|poursui|ulterieur).{0,150}(train|entrain|learn|apprent|appris)",
    "goals": r"\bin order to\b|\bso that (the|our) models?|\bto improve\b|\bimprov\w+ the\b|\bcapabilit(y|ies)\b"
    r"|\bto teach\b|\bto train\b|\b(make|makes|making|help|helps|helping|allow\w*|enabl\w+|lets?|teach\w*) (the|our"
    r"|its) models?\b|\bbetter at\b|\b(model|benchmark) performances?\b|\bperformances? (of|du|des) (the |our "
    r"|nos )?mod|\bafin (de|que)\b|\bpour (que le modele|entrainer|ameliorer|rendre)|\bameliorer\b|\bcapacites? d",
    "European Union": r"european union|\beu\b|union europeenne|\bue\b|\bofficial languages?\b"
    r"|\blangues? officielles?\b",
    "regions": r"\b(sub)?(regions?|regional\w*|nations?|nationa(l|ux|les?)|nationalit\w+|countr(y|ies)|pays"
    r"|geograph\w*|europe\w*|africa\w*|afri(que|cain\w*)|asia\w*|asi(e|atique\w*)|americas?|american\w*|ameri(que"
    r"|cain)\w*|nordic|world|worldwide|monde|mondia\w+|continent\w*|territor\w+|territoires?)\b|\bsites? (in|en|au)\b",
    "people": r"\b(demograph\w*|ages?|aged|gender\w*|sexe?s?|women|femmes?|men|hommes?|populations?|people|persons?"
    r"|personnes?|audiences?|grand public|public general|speakers?|locuteurs?|children|enfants?|adults?|adultes?"
    r"|students?|etudiants?|professionals?|amateurs?|teenagers?|adolescents?|teachers?|readers?|lecteurs?|ethnic\w*"
    r"|ethni\w+|(ethnic|social|cultural|national) origins?|origines? (sociale|ethnique|culturelle)s?"
    r"|genre des (auteurs|personnes))\b",
    "tokeniser": r"\b((tik)?token\w*|jetons?|segment(eur|ation|er)\w*|sentencepiece|wordpiece|byte-?pair|bpe)\b",
    "compression": r"compress",
    "sampling": r"\b(re)?sampl|echantillon|\bk?hz\b|\bframes?\b|images? par seconde|\bbit ?rate|\bdebit",
    "part": r"\bparts?\b|\bsubsets?\b|\bsamples?\b|\bselections?\b|\bpartie|sous-ensemble|echantillon|extrait|\b(kept"
    r"|retained|selected|only|excluding|except|left out|dropped|conserve\w*|garde\w*|retenu\w*|seulement|sauf)\b",
    "nature": r"\bnature (of|du|des)\b|\bprotected\b|\bprotege|\bpersonal (data|details?|information)"
    r"|donnees personnelles|\blicen[cs]e|public domain|domaine public|\bcopyright|droits? d'auteur|\bofficial\b"
    r"|\bofficiel|made by machine|\banonym|public[- ]sector|secteur public|\bgovernment|\buser-generated"
    r"|\bsensitive data|\bfactual|\bscientifi|\b(novels?|stories|story|tales?|poems?|poetry|plays|prose|fiction"
    r"|speech(es)?|sermons|debates?|transcripts?|minutes|letters|diaries|articles?|news|reviews?|lectures?|interviews?"
    r"|subtitles?|laws|judge?ments|patents?|recipes?|manuals?|photographs?|photos|paintings?|songs?|music|source code"
    r"|conversations?|calls|dialogues?|textbooks?|encyclopa?edi\w+|romans?|nouvelles|poesie|poemes?|discours|debats?"
    r"|transcriptions?|lettres|journaux|entretiens|lois|brevets|recettes|photographies|peintures|chansons|musique"
    r"|code source|posts|messages|tickets|chats|logs|comments|time series|sagas|essays|biographies|notices)\b",
    "period": r"\b(19|20)\d{2}\b",
    "size": r"\b(\d[\d\s.,]{0,12}|(half an?|one|two|three|four|five|six|seven|eight|nine|ten|deux|trois|quatre|cinq"
    r"|dix) )((hundred|thousand|[mbt]r?illi(on|ard)|mille)s? ?(of |de |d')?)?((?!(?:to|the|these|our|all|and|in|of|les"
    r"|des|nos|de|a|et|au|aux) )[a-z-]+ )?(tokens?|jetons?|images?|pictures|hours?|heures?|minutes|documents?|rows?"
    r"|lignes?|articles?|pages?|recordings?|enregistrements|words|mots|sentences|phrases|files|fichiers|books|livres"
    r"|[kmgtp]i?b|[kmgp]o|bytes?|octets?|([kmgtp]i?|kilo|mega|giga|tera)(bytes?|octets?))\b|\d ?[mbt]r?illi(on"
    r"|ard)s?\b",
    "captchas": r"\bcaptchas?\b",
    "passwords": r"\bpasswords?\b|\bpasswort|\bmots? de passe|\blog-?ins?\b|\bauthentif|\bauthentic|\bconnexion"
    r"|(?<!into )\baccounts?\b|\b(un|des|sans|aucun) comptes?\b|\bsign(s|ed)?[ -]in\b",
    "paywalls": r"\bpay-?wall|\bpaid[- ](content|articles?|pages?|access|sites?)|\bpaying\b|\bpayment|\bsubscription"
    r"|\bsubscrib|\bpeage|\bpayant|\babonne|\bpaiement",
    "robots.txt": r"\brobots?\.txt|\brobots exclusion|\brfc ?9309",
    "other protocols": r"\btdm|x-robots|\bai\.txt|\brsl\b|\baipref|content.signal|meta.?(tag|robots)|opt-?out protocol"
    r"|other protocol|autres protocoles|protocoles autres|reservation protocol",
    "conduct": r"\b(solv|bypass|circumvent|evad|enter|leav|left\b|skip|stop|(?<!with )respect|honou?r|obey|follow"
    r"|reads?\b|reading\b|check|compl(y|ies|ied)\b|ignor|abandon|giv\w+ up|fetch|access(es|ed|ing)?\b|logs? in\b"
    r"|signs? in\b|visit|crawl(s|ed)?\b|collect|scrap|download|drop|discard|avoid|exclud|remov|observ|adher|(go|goes"
    r"|going|gone|get) around|kept\b|keeps?\b|refrain|interact|attempt|tr(y|ies)\b|disallow|treat(s|ed) as|support"
    r"|retriev|filter|contourn|resou?d|resol|abandonn|quitt|saut|s'arret|conform|connect|collect|lit\b|lisent\b|lu(e|s"
    r"|es)?\b|evit|exclu|suiv|laisse|ecart)",
    "languages": r"\blang|\blinguist",
    "sites": r"\b(web)?sites?\b|\bforums?\b|\bblogs?\b|\bnews\b|\bpresse\b|\bmagazines?\b|\bplatforms?\b"
    r"|\bplateformes?\b|\bshops?\b|\bportals?\b|\bencyclop",
    "types of content": r"\btypes?\b|\bkinds?\b|\bcontent|\bcontenu|\bpress|\bphoto|\bcode\b|\barticle|\bvideo|\baudio"
    r"|\bpodcast|\bdescription|\bgenres?\b",
    "works": r"\burls?\b|\b(each|every|all|single|individual) (\w+ ){0,3}(address(es)?|urls?)\b|\baddress(es)? of\b"
    r"|\badresses? des?\b|\b(page|image|file|document) address(es)?\b|\b(each|every|single|individual) (page|work"
    r"|item)s?\b|\boeuvres\b|\bworks\b|\bchaque page|\btoutes les pages",
    "more domains": r"\b(all|further|more|remaining|additional|other|every|rest of the|tous|toutes|autres"
    r"|reste des?) (the |les |of the |des )?([\d.,]+ ){0,4}(\w+ ){0,2}?(domains?|domaines?|web ?sites|sites)\b"
    r"|\b(domaines?|sites) (restant|supplementaire)s?\b|\b(full|fuller|complete|whole|entire|longer) (\w+ )?list\b"
    r"|\bliste (complete|integrale|entiere)\b|\b(full|complete|whole|entire) set of\b|\bensemble des domaines",
    "access kept back": r"\b(up)?on (\w+ )?request\b|\bsur (simple )?demande\b|\blog ?in\b|\bpasswords?\b"
    r"|\bmot de passe|\b(to|for|our) (\w+ )?(partners|subscribers)\b|\bregistered (users|partners)\b|\bnda\b"
    r"|\bnon-disclosure|\b(aux|nos) (partenaires|abonnes|inscrits)\b|\b(contact|ask|write to) us (for|to get|to obtain"
    r"|to receive)\b",
    "download": r"\bdownload|\btelecharg",
    "no summary": r"no (public )?(summary|training)|not (yet )?(publish|available)|has none|without a summary"
    r"|aucun resume|pas de resume|n'a pas (encore )?(ete )?publie|no such summary|not public",
    "trained on": r"\b(train(ed|s)?|learn(ed|t|s)?|fine-?tuned|pre-?trained|built|distill?ed)\b.{0,40}?\b(on|from|with"
    r"|using)\b|\btraining data\b.{0,20}\b(is|are|was|were|comprise|consist|come|came|include)|\b(entraine|appris"
    r"|ajuste)\w*\b.{0,40}?\b(sur|avec|a partir)\b|donnees d'entrainement.{0,20}\b(sont|etaient|proviennent"
    r"|comprennent)",
    "training data": r"\btrain|\blearn|\bfine-?tun|\bdata\b|\bdonnees\b|\bentrain|\bappris",
    "datasets of others": r"\bthird[- ]part|\btiers\b|\bdatasets?\b|jeux? de donnees|\bpublishers?\b|\bediteurs?\b"
    r"|\bobtained from|\bobtenue?s? aupres|\blicensors?\b",
    "opt-outs": r"\bopt(ed|ing)?-?(outs?| out)\b|\breserv(?!oir)|\bs'oppos|\bopposition",
    "reservations": r"\bopt(ed|ing)?-?(outs?| out)\b|\breserv(?!oir)|\brobots\b|\btdm|\bs'oppos|\bopposition",
    "requests": r"\b(requests?|requested|opt-?out (form|address)|letters?|wrote|writ(e|es|ten) to|lettres?|ecri(re"
    r"|vent|t)\b|complain\w*|plaintes?|reclamations?|demandes?|contact(s|ed)? us|rights?-?holders? (can|may)"
    r"|ayants droit peuvent)",
    "kept up to date": r"\b(again|anew|re-?check\w*|re-?read\w*|regular(ly)?|periodic\w*|updat\w+|up to date|hourly"
    r"|daily|weekly|monthly|(each|every) (\w+ )?(day|week|month|visit)s?|a nouveau|mises? a jour|reguli\w+"
    r"|chaque (jour|semaine|mois))\b",
    "quality": r"\bqualit|\breadab|\blisib",
    "capability": r"\bcapabilit|\bcapacites\b|\bbenchmark|\bperformance (of|on|du|des|sur)\b|\bmodel performance",
    "selecting": r"\b(kept|keep|keeps|select|chose|choos|filter|filtr|rank|scor|prefer|drop|remov|discard|exclu"
    r"|left out|best|highest|garde|conserv|choisi|retenu|ecart|supprim)",
    "removing": r"\b(block|filter|filtr|remov|exclud|exclu|classif|hash|keyword|mots?-cles?|screen|scan|detect|drop"
    r"|delet|match|compar|photodna|moderat|search|left out|leave out|leaves out|not visited|nor kept|avoid|review"
    r"|check|look(ed|s)? for|supprim|retir|ecart|bloqu|empreinte|verifi|recherch|evit|compare)",
    "illegal": r"\b(il-?legal|illicit|unlawful|abus|terror|child|minors?\b|mineurs?\b|pedo|csam|pira|hate|haine|hash"
    r"|malware|iwf|ncmec|photodna|counterfeit|contrefa|block-?list|black-?list|listes? (de blocage|noires?)|copyright"
    r"|violen|exploit|crimin|incite)",
    "told elsewhere": r"\bnot (listed|told|stated) here|\bne sont pas|\bn'est pas",
    "policy": r"\bpolic(y|ies)\b|\bpolitiques?\b|\bcopyright\b|\bdroits? d'auteur",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _SPOKEN.items()}

_TERABYTES = re.compile(r"\d[\s\u00a0\u202f]?To\b")


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


def gives_size(text: str) -> bool:
    """Tell whether a text gives a number with a unit of size; ``To``, a French unit, counts as it is written.

    >>> gives_size("3,5 To"), gives_size("2 000 heures"), gives_size("from 01/1995 to 12/2024")
    (True, True, False)
    """
    return bool(_TERABYTES.search(text)) or speaks_of("size", text)


def names_places(text: str) -> bool:
    """Tell whether a text names a country or a region of the world, in English or French."""
    names = _place_names()
    words = re.findall(r"[^\W\d_]+", plain(text))
    grams = (" ".join(words[at : at + length]) for at in range(len(words)) for length in (1, 2, 3))
    return any(gram in names for gram in grams)


@cache
def _place_names() -> frozenset[str]:
    from babel import Locale

    found = (plain(name) for locale in ("en", "fr") for name in Locale(locale).territories.values())
    names = (" ".join(re.findall(r"[^\W\d_]+", name)) for name in found)
    return frozenset(name for name in names if len(name) > 3)


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
