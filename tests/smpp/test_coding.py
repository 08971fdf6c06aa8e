import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp import coding
from smsc_sim.smpp.errors import EncodeError

DATA_CODINGS = st.integers(0, 255)
DEFAULTS = st.sampled_from(coding.DEFAULT_ALPHABETS)


# SMPP 3.4 section 5.2.19; 3GPP TS 23.038 section 4 for the groups from 0x10 on.
@pytest.mark.parametrize(
    ("data_coding", "name", "alphabet", "message_class"),
    [
        (0x00, "SMSC default alphabet", "gsm7", None),
        (0x01, "IA5/ASCII", "ascii", None),
        (0x02, "octets, 8 bit", "octets", None),
        (0x03, "Latin-1, ISO-8859-1", "latin-1", None),
        (0x04, "octets, 8 bit", "octets", None),
        (0x05, "JIS X 0208-1990", "shift-jis", None),
        (0x06, "Cyrillic, ISO-8859-5", "iso-8859-5", None),
        (0x07, "Latin/Hebrew, ISO-8859-8", "iso-8859-8", None),
        (0x08, "UCS-2, ISO/IEC 10646", "ucs-2", None),
        (0x09, "pictograms", "octets", None),
        (0x0A, "ISO-2022-JP, music codes", "iso-2022-jp", None),
        (0x0B, "reserved 0x0B", "octets", None),
        (0x0D, "extended Kanji JIS X 0212-1990", "euc-jp", None),
        (0x0E, "KS C 5601", "euc-kr", None),
        (0x10, "GSM 7 bit, class 0 (flash)", "gsm7", 0),
        (0x11, "GSM 7 bit, class 1 (ME)", "gsm7", 1),
        (0x16, "octets, 8 bit, class 2 (SIM)", "octets", 2),
        (0x18, "UCS-2, class 0 (flash)", "ucs-2", 0),
        (0x1F, "reserved alphabet, class 3 (TE)", "octets", 3),
        (0x20, "GSM 7 bit, compressed", "octets", None),
        (0x38, "UCS-2, compressed, class 0 (flash)", "octets", 0),
        (0x48, "UCS-2, automatic deletion", "ucs-2", None),
        (0x51, "GSM 7 bit, class 1 (ME), automatic deletion", "gsm7", 1),
        (0x80, "reserved 0x80", "octets", None),
        (0xBF, "reserved 0xBF", "octets", None),
        (0xC8, "message waiting, discard, voicemail active", "gsm7", None),
        (0xD1, "message waiting, store, fax inactive", "gsm7", None),
        (0xDA, "message waiting, store, electronic mail active", "gsm7", None),
        (0xEB, "message waiting, store, other active, UCS-2", "ucs-2", None),
        (0xF0, "GSM 7 bit, class 0 (flash)", "gsm7", 0),
        (0xF5, "octets, 8 bit, class 1 (ME)", "octets", 1),
        (0xFF, "octets, 8 bit, class 3 (TE)", "octets", 3),
    ],
)
def test_meaning(data_coding: int, name: str, alphabet: str, message_class: int | None) -> None:
    assert coding.name_of(data_coding) == name
    assert coding.alphabet(data_coding).name == alphabet
    assert coding.message_class(data_coding) == message_class


# The encodings of the characters are those of the standards named; "Ω" is U+03A9 and septet 0x15.
@pytest.mark.parametrize(
    ("data_coding", "default", "octets", "text"),
    [
        (0, "gsm7", "0011151b65", "@_Ω€"),
        (0, "latin-1", "405fe9a4", "@_é¤"),
        (0, "ascii", "405f", "@_"),
        (0, "utf-8", "40cea9e282acf09f9880", "@Ω€😀"),
        (0, "gsm7-packed", "e8329bfd06", "hello"),
        (0xF0, "gsm7-packed", "e8329bfd06", "hello"),
        (0xC8, "latin-1", "e9", "é"),
        (1, "gsm7", "405f", "@_"),
        (3, "gsm7", "405fe4ff", "@_äÿ"),
        (2, "gsm7", "00ff10", "00ff10"),
        (4, "gsm7", "", ""),
        (5, "gsm7", "93fa967b", "日本"),
        (6, "gsm7", "bfe0d8d2d5e2", "Привет"),
        (7, "gsm7", "f9ece5ed", "שלום"),
        (8, "gsm7", "04110435d83dde00", "Бе😀"),
        (9, "gsm7", "f9a0", "f9a0"),
        (10, "gsm7", "1b2442467c4b5c1b2842", "日本"),
        (13, "gsm7", "8fb0a1", "丂"),
        (14, "gsm7", "c7d1b1b9", "한국"),
        (0x18, "gsm7", "00410042", "AB"),
        (0xF5, "gsm7", "0a", "0a"),
        (0x8F, "gsm7", "c0ffee", "c0ffee"),
    ],
)
def test_text_and_octets(data_coding: int, default: str, octets: str, text: str) -> None:
    assert coding.decode_text(bytes.fromhex(octets), data_coding, default) == text
    assert coding.encode_text(text, data_coding, default).hex() == octets


@pytest.mark.parametrize(
    ("data_coding", "octets", "text"),
    [
        (8, "0041d83d", "A\ufffd"),
        (8, "de000041", "\ufffdA"),
        (8, "d83d0041", "\ufffdA"),
        (8, "004100", "A\ufffd"),
        (8, "00", "\ufffd"),
        (1, "41ff", "A\ufffd"),
        (0, "41ff", "A\ufffd"),
        (7, "41df", "A‗"),
        (7, "41bf", "A\ufffd"),
        (5, "93", "\ufffd"),
    ],
)
def test_what_cannot_be_decoded_is_shown(data_coding: int, octets: str, text: str) -> None:
    assert coding.decode_text(bytes.fromhex(octets), data_coding) == text


@pytest.mark.parametrize(
    ("text", "data_coding", "default", "complaint"),
    [
        ("ab日", 0, "gsm7", r"'日' \(U\+65E5\) at position 2 is not in the GSM 7 bit default alphabet"),
        ("ab日", 0, "gsm7-packed", r"U\+65E5.* position 2"),
        ("€", 3, "gsm7", r"U\+20AC.* position 0 is not in ISO-8859-1"),
        ("é", 1, "gsm7", r"U\+00E9.* position 0 is not in IA5/ASCII"),
        ("a\ud83d", 8, "gsm7", r"U\+D83D.* position 1 is not in UCS-2"),
        ("0g", 4, "gsm7", "'g' at position 1 is no hexadecimal digit"),
        ("00 0", 4, "gsm7", "' ' at position 2 is no hexadecimal digit"),
        ("000", 4, "gsm7", "3 hexadecimal digits"),
    ],
)
def test_encode_names_what_does_not_fit(text: str, data_coding: int, default: str, complaint: str) -> None:
    with pytest.raises(EncodeError, match=complaint) as raised:
        coding.encode_text(text, data_coding, default)
    assert raised.value.field == "short_message"


@pytest.mark.parametrize(
    ("data_coding", "default", "octets"),
    [(0, "gsm7", b"a?\x1be"), (3, "gsm7", b"a??"), (0, "utf-8", "a日€".encode()), (1, "gsm7", b"a??")],
)
def test_replace_puts_question_marks(data_coding: int, default: str, octets: bytes) -> None:
    assert coding.encode_text("a日€", data_coding, default, replace=True) == octets


def test_an_unknown_default_alphabet_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"'ebcdic' is none of gsm7, gsm7-packed, latin-1, ascii, utf-8"):
        coding.decode_text(b"", 0, "ebcdic")


@pytest.mark.parametrize(
    ("text", "default", "data_coding"),
    [
        ("hello", "gsm7", 0),
        ("€ [äöü] Ω", "gsm7", 0),
        ("ça va", "gsm7", 3),
        ("ça va", "latin-1", 0),
        ("10 €", "latin-1", 8),
        ("10 €", "utf-8", 0),
        ("日本 😀", "gsm7", 8),
        ("", "gsm7", 0),
    ],
)
def test_choose_coding(text: str, default: str, data_coding: int) -> None:
    assert coding.choose_coding(text, default) == data_coding


@pytest.mark.parametrize(
    ("data_coding", "default", "text", "units"),
    [(0, "gsm7", "a€", 3), (0, "gsm7-packed", "12345678€", 10), (1, "gsm7", "ab", 2), (8, "gsm7", "a😀", 6)],
)
def test_units(data_coding: int, default: str, text: str, units: int) -> None:
    assert coding.alphabet(data_coding, default).units(text) == units


@given(st.binary(max_size=300), DATA_CODINGS, DEFAULTS)
def test_decode_text_takes_any_octets(octets: bytes, data_coding: int, default: str) -> None:
    text = coding.decode_text(octets, data_coding, default)
    text.encode("utf-8")  # what a page, a log or a test sees has no lone surrogates
    assert bool(text) >= bool(octets)


# Not the Japanese and Korean ones, where characters share octets: "¥" and "\\" in Shift JIS.
@given(st.text(), DATA_CODINGS.filter(lambda value: value not in {5, 10, 13, 14}), DEFAULTS)
def test_what_encodes_decodes_to_the_same_text(text: str, data_coding: int, default: str) -> None:
    alphabet = coding.alphabet(data_coding, default)
    try:
        octets = coding.encode_text(text, data_coding, default)
    except EncodeError:
        octets = coding.encode_text("", data_coding, default)
        text = ""
    decoded = coding.decode_text(octets, data_coding, default)
    if alphabet is coding.GSM7_PACKED and text.endswith("@"):
        assert decoded in {text, text[:-1]}
    elif alphabet.is_text:
        assert decoded == text
    else:
        assert decoded == text.lower()


@given(st.text(), DEFAULTS)
def test_the_chosen_coding_holds_the_text(text: str, default: str) -> None:
    assert coding.encode_text(text, coding.choose_coding(text, default), default) is not None


@given(st.binary(), st.sampled_from([2, 4, 9, 0x0B, 0x14, 0x80, 0xF4]))
def test_octets_survive_as_hexadecimal_digits(octets: bytes, data_coding: int) -> None:
    assert coding.encode_text(coding.decode_text(octets, data_coding), data_coding) == octets
