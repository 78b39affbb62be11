"""The rules by which the many spellings of a language become one code."""

import pytest
from babel import Locale
from hypothesis import assume, given
from hypothesis import strategies as st

from datasummary.languages import EU_OFFICIAL, name, normalise

CLDR_CODES = sorted({tag.split("_")[0] for tag in Locale("en").languages})
TWO_LETTERS = [code for code in CLDR_CODES if len(code) == 2 and code != "sh"]


@pytest.mark.parametrize(
    "spelling",
    [
        "en",
        "EN",
        " en ",
        "eng",
        "en-US",
        "en_GB",
        "en_Latn",
        "eng_Latn",
        "__label__en",
        "__label__eng_Latn",
        "English",
        "english",
        "ENGLISH",
        "English (US)",
        "eng,fra",
        "en;fr",
        "en|fr",
        "en fr",
        '["en", "fr"]',
        "simple",
    ],
)
def test_every_usual_spelling_of_english_is_en(spelling):
    assert normalise(spelling) == "en"


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("zh-Hans", "zh"),
        ("zho_Hans", "zh"),
        ("cmn", "zh"),
        ("chi", "zh"),
        ("Chinese", "zh"),
        ("Simplified Chinese", "zh"),
        ("arb_Arab", "ar"),
        ("ekk", "et"),
        ("lvs_Latn", "lv"),
        ("zsm", "ms"),
        ("pes", "fa"),
        ("prs", "fa"),
        ("swh", "sw"),
        ("ger", "de"),
        ("deu", "de"),
        ("dut", "nl"),
        ("gre", "el"),
        ("ell", "el"),
        ("nob", "nb"),
        ("nno", "nn"),
    ],
)
def test_members_of_a_macro_language_and_both_three_letter_codes_meet_in_one(spelling, code):
    assert normalise(spelling) == code


@pytest.mark.parametrize(
    ("old", "new"), [("iw", "he"), ("in", "id"), ("ji", "yi"), ("jw", "jv"), ("mo", "ro"), ("sh", "sr")]
)
def test_a_withdrawn_code_becomes_its_successor(old, new):
    assert normalise(old) == new


@pytest.mark.parametrize("code", ["gsw", "ckb", "fil", "aai", "zxx", "mul"])
def test_a_language_without_two_letters_keeps_its_three(code):
    assert normalise(f"{code.upper()}_Latn") == code


@pytest.mark.parametrize(("spelling", "code"), [("tgl_Latn", "tl"), ("tl", "tl"), ("twi", "tw")])
def test_a_language_of_iso_639_1_keeps_its_two_letters_where_the_cldr_prefers_a_relative(spelling, code):
    assert normalise(spelling) == code


@pytest.mark.parametrize(
    "spelling",
    [
        None,
        "",
        "  ",
        "\x00",
        "und",
        "UND",
        "unknown",
        "unk",
        "null",
        "None",
        "NaN",
        "mis",
        "?",
        "-",
        "__label__",
        "12",
        "en1",
        "qzz",
        "x-klingon",
        "klingonesque",
        "中文",
        "'; DROP TABLE x; --",
    ],
)
def test_what_names_no_language_is_und(spelling):
    assert normalise(spelling) == "und"


def test_min_nan_is_not_taken_for_a_missing_number():
    assert normalise("nan_Latn") == "nan"


@given(st.text() | st.from_regex(r"(__label__)?[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?", fullmatch=True))
def test_a_code_is_two_or_three_lower_case_letters_and_normalising_again_changes_nothing(raw):
    code = normalise(raw)
    assert code.isascii()
    assert code.isalpha()
    assert code == code.lower()
    assert len(code) in (2, 3)
    assert normalise(code) == code


@given(
    st.sampled_from(TWO_LETTERS), st.sampled_from(["", "-US", "_Latn", "-Hant-TW"]), st.sampled_from(["", "__label__"])
)
def test_two_letter_codes_survive_whatever_is_around_them(code, suffix, prefix):
    assert normalise(prefix + code + suffix) == code
    assert normalise(prefix + (code + suffix).upper().replace("__LABEL__", "__label__")) == code


@given(st.sampled_from(CLDR_CODES))
def test_a_code_and_its_english_name_mean_the_same_language(code):
    assume(len(name(code)) > 3)
    assert normalise(name(code)) == normalise(code)


def test_a_code_goes_before_a_name_of_the_same_letters():
    assert name("gaa") == "Ga"
    assert normalise("Ga") == "ga"


def test_the_official_languages_of_the_union_are_24_codes_with_names():
    assert len(EU_OFFICIAL) == len(set(EU_OFFICIAL)) == 24
    assert [normalise(code) for code in EU_OFFICIAL] == list(EU_OFFICIAL)
    assert "Irish" in [name(code) for code in EU_OFFICIAL]


def test_names_come_in_any_locale_and_an_unknown_code_names_itself():
    assert name("mt") == "Maltese"
    assert name("mt", "fr") == "maltais"
    assert name("aai") == "aai"
