"""Certificates and TLS settings of the simulator's listeners.

Without a certificate of the user's the simulator makes one: self-signed, EC P-256, for localhost, kept in a
directory so that a client that has been told its fingerprint goes on trusting it. TLS 1.2 and later only
(RFC 8996).
"""

import datetime
import fcntl
import ipaddress
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL, crypto
from twisted.internet.ssl import Certificate, CertificateOptions, TLSVersion, trustRootFromCertificates

from smsc_sim.net.endpoints import reason_of

CERTIFICATE_FILE: Final = "certificate.pem"
KEY_FILE: Final = "key.pem"

_LOCK_FILE: Final = ".lock"
_VALID: Final = datetime.timedelta(days=3652)
_CLOCK_SKEW: Final = datetime.timedelta(days=1)
_LOOPBACK: Final = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


class TlsError(ValueError):
    """A certificate, key or directory that cannot be used; ``str()`` is one line that names the file."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate, the certificates that lead from it to its authority, and its private key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER certificate, 64 lower-case hex digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def state_directory(environ: Mapping[str, str]) -> Path:
    """Where a user's smsc_sim keeps what outlives it.

    ``$XDG_STATE_HOME/smsc_sim``, else ``~/.local/state/smsc_sim`` (XDG Base Directory Specification).
    Raises TlsError when neither is known.
    """
    given = environ.get("XDG_STATE_HOME", "")
    home = environ.get("HOME", "")
    # The specification has relative paths ignored.
    if Path(given).is_absolute():
        return Path(given) / "smsc_sim"
    if Path(home).is_absolute():
        return Path(home) / ".local" / "state" / "smsc_sim"
    raise TlsError("no directory to keep the certificate in: neither XDG_STATE_HOME nor HOME is set")


def load_identity(certificate_path: Path, key_path: Path | None = None) -> Identity:
    """A certificate and key of the user's, PEM; the first certificate is the server's, the rest its chain.

    Without ``key_path`` the key is in the certificate's file. Raises TlsError.
    """
    key_path = key_path or certificate_path
    certificates = _certificates(certificate_path)
    octets = _read(key_path, "key")
    try:
        key = serialization.load_pem_private_key(octets, password=None)
    except TypeError:
        raise TlsError(f"key {key_path} is encrypted; give one without a pass phrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise TlsError(f"key {key_path} holds no PEM private key that OpenSSL can read") from None
    identity = Identity(certificates[0], tuple(certificates[1:]), key)
    if _public_octets(key.public_key()) != _public_octets(identity.certificate.public_key()):
        raise TlsError(f"key {key_path} does not belong to certificate {certificate_path}")
    return identity


def kept_identity(directory: Path, now: float) -> tuple[Identity, str]:
    """The self-signed identity kept in ``directory``, made when there is none that can be used at ``now``.

    ``now`` is in seconds since the epoch. The text is empty when the kept one was taken, else a line for the
    log that says what was made and why. Starts that race for one directory end with the same certificate.
    Raises TlsError when the directory cannot be used.
    """
    instant = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    try:
        with _locked(directory):
            return _kept_or_made(directory, instant)
    except OSError as error:
        raise TlsError(f"cannot keep a certificate in {directory}: {reason_of(error)}") from error


def context_factory(identity: Identity, client_ca_path: Path | None = None) -> CertificateOptions:
    """TLS settings for listeners: TLS 1.2 and later, this identity.

    With ``client_ca_path`` (PEM, one certificate or more) only clients whose certificate one of these
    authorities signed are let in. Raises TlsError.
    """
    trusted = None
    if client_ca_path is not None:
        authorities = _certificates(client_ca_path)
        trusted = trustRootFromCertificates(
            [Certificate(crypto.X509.from_cryptography(authority)) for authority in authorities]
        )
    # pyOpenSSL deprecates its own X509 and PKey for those of cryptography; Twisted hands these through but
    # does not declare them.
    options = CertificateOptions(
        privateKey=cast("Any", identity.key),
        certificate=cast("Any", identity.certificate),
        extraCertChain=cast("Any", list(identity.chain)),
        raiseMinimumTo=TLSVersion.TLSv1_2,
        trustRoot=trusted,
    )
    try:
        options.getContext()
    except SSL.Error:
        raise TlsError("OpenSSL does not accept this certificate and key for TLS") from None
    return options


def self_signed(instant: datetime.datetime) -> Identity:
    """A new identity for localhost, 127.0.0.1 and ::1, valid for ten years from ``instant``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smsc_sim")])
    names = [x509.DNSName("localhost"), *(x509.IPAddress(address) for address in _LOOPBACK)]
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant - _CLOCK_SKEW)
        .not_valid_after(instant + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(subject_key, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key), critical=False)
        # Its own authority: a client that is given the file as a CA file must accept it (RFC 5280 4.2.1.9).
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return Identity(builder.sign(key, hashes.SHA256()), (), key)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _kept_or_made(directory: Path, instant: datetime.datetime) -> tuple[Identity, str]:
    certificate_path, key_path = directory / CERTIFICATE_FILE, directory / KEY_FILE
    why = ""
    if certificate_path.exists() or key_path.exists():
        try:
            identity = load_identity(certificate_path, key_path)
        except TlsError as error:
            why = str(error)
        else:
            why = _out_of_date(identity.certificate, instant)
            if not why:
                return identity, ""
    identity = self_signed(instant)
    _write(key_path, _private_octets(identity.key), 0o600)
    _write(certificate_path, identity.certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    made = f"made a self-signed certificate in {directory}"
    return identity, f"{made}, for the kept one cannot be used: {why}" if why else made


def _out_of_date(certificate: x509.Certificate, instant: datetime.datetime) -> str:
    if instant >= certificate.not_valid_after_utc:
        return f"it expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
    if instant < certificate.not_valid_before_utc:
        return f"it is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}"
    return ""


def _write(path: Path, octets: bytes, mode: int) -> None:
    # Written beside and renamed, so that a reader, or a start after a crash, finds a whole file.
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _certificates(path: Path) -> list[x509.Certificate]:
    octets = _read(path, "certificate")
    try:
        return x509.load_pem_x509_certificates(octets)
    except ValueError:
        raise TlsError(f"certificate {path} holds no PEM certificate that OpenSSL can read") from None


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsError(f"cannot read {what} {path}: {reason_of(error)}") from None


def _public_octets(key: object) -> bytes:
    assert hasattr(key, "public_bytes")
    octets = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert isinstance(octets, bytes)
    return octets


def _private_octets(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
