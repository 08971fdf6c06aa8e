"""Password hashes."""

import base64

import pytest

from smsc_sim.web.passwords import hash_password, is_hash, matches, same

SALT = bytes(range(16))


def test_a_hash_knows_its_password() -> None:
    written = hash_password("s3cret \u00fc", SALT)
    assert written.startswith("scrypt$16384$8$1$AAECAwQFBgcICQoLDA0ODw==$")
    assert is_hash(written)
    assert matches(written, "s3cret \u00fc")
    assert not matches(written, "s3cret")
    assert not matches(written, written)


def test_the_salt_makes_hashes_differ() -> None:
    assert hash_password("x", SALT) != hash_password("x", SALT[::-1])


def test_the_vector_of_rfc_7914() -> None:
    # Section 12: P "password", S "NaCl", N 1024, r 8, p 16, 64 octets.
    octets = (
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
    )
    key = base64.b64encode(bytes.fromhex(octets)).decode()
    assert matches(f"scrypt$1024$8$16$TmFDbA==${key}", "password")


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        "scrypt$",
        "scrypt$16384$8$1$AAEC",
        "scrypt$16383$8$1$AAECAwQFBgcICQoLDA0ODw==$" + "A" * 43 + "=",
        "scrypt$1073741824$8$1$AAECAwQFBgcICQoLDA0ODw==$" + "A" * 43 + "=",
        "scrypt$16384$0$1$AAECAwQFBgcICQoLDA0ODw==$" + "A" * 43 + "=",
        "scrypt$16384$8$99$AAECAwQFBgcICQoLDA0ODw==$" + "A" * 43 + "=",
        "scrypt$16384$8$1$AAECAwQFBgcICQoLDA0ODw==$AAAA",
        "scrypt$16384$8$1$***$" + "A" * 43 + "=",
        "scrypt$n$8$1$AAECAwQFBgcICQoLDA0ODw==$" + "A" * 43 + "=",
    ],
)
def test_anything_else_is_a_password_itself(text: str) -> None:
    assert not is_hash(text)
    assert matches(text, text)
    assert not matches(text, text + "x")


def test_secrets_of_any_characters_can_be_compared() -> None:
    assert same("\ud800\u00fc", "\ud800\u00fc")
    assert not same("\ud800", "\ud801")
