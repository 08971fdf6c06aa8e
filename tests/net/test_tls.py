"""Certificates kept and loaded, and what the listeners' TLS settings let in."""

import contextlib
import datetime
import hashlib
import multiprocessing
import os
import ssl
import stat
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from twisted.internet.ssl import CertificateOptions

from smsc_sim.net import tls

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc).timestamp()
TEN_YEARS = 3652 * 86400.0


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, pass_phrase: bytes | None = None) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if pass_phrase is not None:
        encryption = serialization.BestAvailableEncryption(pass_phrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, encryption)


def issue(
    name: str, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, authority: bool
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = issuer_key if name == issuer else ec.generate_private_key(ec.SECP256R1())
    instant = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant - datetime.timedelta(days=3650))
        .not_valid_after(instant + datetime.timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    return certificate, key


def handshake(
    options: CertificateOptions,
    client: ssl.SSLContext,
    server_hostname: str = "localhost",
) -> ssl.SSLObject:
    """Join a client of the standard library to the listener's context without a socket."""
    context = options.getContext()
    server = SSL.Connection(context, None)
    server.set_accept_state()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    peer = client.wrap_bio(incoming, outgoing, server_hostname=server_hostname)
    finished = {"client": False, "server": False}
    for _ in range(10):
        with contextlib.suppress(ssl.SSLWantReadError):
            peer.do_handshake()
            finished["client"] = True
        if outgoing.pending:
            server.bio_write(outgoing.read())
        with contextlib.suppress(SSL.WantReadError):
            server.do_handshake()
            finished["server"] = True
        with contextlib.suppress(SSL.WantReadError):
            incoming.write(server.bio_read(65536))
        if all(finished.values()):
            return peer
    raise AssertionError(f"no handshake: {finished}")


class TestKeptIdentity:
    def test_made_on_first_start_and_kept(self, tmp_path: Path) -> None:
        directory = tmp_path / "state" / "tls"
        first, note = tls.kept_identity(directory, NOW)
        again, quiet = tls.kept_identity(directory, NOW + 3600)
        assert note == f"made a self-signed certificate in {directory}"
        assert quiet == ""
        assert again.fingerprint == first.fingerprint

    def test_only_the_owner_may_read_the_key(self, tmp_path: Path) -> None:
        directory = tmp_path / "tls"
        mask = os.umask(0)
        try:
            tls.kept_identity(directory, NOW)
        finally:
            os.umask(mask)
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / tls.KEY_FILE).stat().st_mode) == 0o600
        assert stat.S_IMODE((directory / tls.CERTIFICATE_FILE).stat().st_mode) == 0o644

    def test_names_curve_and_validity(self, tmp_path: Path) -> None:
        certificate = tls.kept_identity(tmp_path, NOW)[0].certificate
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["localhost"]
        assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
        public_key = certificate.public_key()
        assert isinstance(public_key, ec.EllipticCurvePublicKey)
        assert public_key.curve.name == "secp256r1"
        assert certificate.not_valid_after_utc.timestamp() == NOW + TEN_YEARS
        assert certificate.not_valid_before_utc.timestamp() < NOW

    def test_fingerprint_is_sha256_of_the_der_certificate(self, tmp_path: Path) -> None:
        identity, _ = tls.kept_identity(tmp_path, NOW)
        der = ssl.PEM_cert_to_DER_cert((tmp_path / tls.CERTIFICATE_FILE).read_text())
        assert identity.fingerprint == hashlib.sha256(der).hexdigest()

    @pytest.mark.parametrize(
        ("now", "reason"),
        [
            (NOW + TEN_YEARS, "it expired on 2036-02-29"),
            (NOW - 10 * 86400, "it is not valid before 2026-02-28"),
        ],
    )
    def test_made_anew_when_out_of_date(self, tmp_path: Path, now: float, reason: str) -> None:
        first, _ = tls.kept_identity(tmp_path, NOW)
        second, note = tls.kept_identity(tmp_path, now)
        assert second.fingerprint != first.fingerprint
        assert note.endswith(f"for the kept one cannot be used: {reason}")
        assert tls.kept_identity(tmp_path, now)[1] == ""

    @pytest.mark.parametrize("name", [tls.CERTIFICATE_FILE, tls.KEY_FILE])
    @pytest.mark.parametrize("octets", [b"", b"not PEM at all\n", None])
    def test_made_anew_when_unreadable(self, tmp_path: Path, name: str, octets: bytes | None) -> None:
        tls.kept_identity(tmp_path, NOW)
        if octets is None:
            (tmp_path / name).unlink()
        else:
            (tmp_path / name).write_bytes(octets)
        identity, note = tls.kept_identity(tmp_path, NOW)
        assert str(tmp_path / name) in note
        assert "\n" not in note
        again, quiet = tls.kept_identity(tmp_path, NOW)
        assert (again.fingerprint, quiet) == (identity.fingerprint, "")

    def test_made_anew_when_the_pair_was_torn(self, tmp_path: Path) -> None:
        tls.kept_identity(tmp_path, NOW)
        (tmp_path / tls.KEY_FILE).write_bytes(key_pem(ec.generate_private_key(ec.SECP256R1())))
        assert "does not belong to" in tls.kept_identity(tmp_path, NOW)[1]

    def test_left_overs_of_a_crash_are_replaced(self, tmp_path: Path) -> None:
        (tmp_path / f".{tls.KEY_FILE}.new").write_text("half a k")
        assert tls.kept_identity(tmp_path, NOW)[1] != ""
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {".lock", tls.CERTIFICATE_FILE, tls.KEY_FILE}

    def test_starts_that_race_end_with_one_certificate(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        with context.Pool(3) as pool:
            fingerprints = pool.map(_fingerprint, [str(tmp_path / "tls")] * 6, chunksize=1)
            pool.close()
            pool.join()
        assert len(set(fingerprints)) == 1

    def test_a_directory_that_cannot_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(tls.TlsError, match=r"/file/tls: not a directory$"):
            tls.kept_identity(tmp_path / "file" / "tls", NOW)


def _fingerprint(directory: str) -> str:
    return tls.kept_identity(Path(directory), NOW)[0].fingerprint


class TestLoadIdentity:
    def test_certificate_and_key_in_two_files(self, tmp_path: Path) -> None:
        certificate, key = issue("one", "one", ec.generate_private_key(ec.SECP256R1()), False)
        (tmp_path / "c.pem").write_bytes(pem(certificate))
        (tmp_path / "k.pem").write_bytes(key_pem(key))
        identity = tls.load_identity(tmp_path / "c.pem", tmp_path / "k.pem")
        assert identity.certificate == certificate
        assert identity.chain == ()

    @pytest.mark.parametrize("key_first", [True, False])
    def test_everything_in_one_file_with_its_chain(self, tmp_path: Path, key_first: bool) -> None:
        root, root_key = issue("root", "root", ec.generate_private_key(ec.SECP256R1()), True)
        certificate, key = issue("host", "root", root_key, False)
        parts = [pem(certificate), pem(root)]
        parts.insert(0 if key_first else 2, key_pem(key))
        (tmp_path / "all.pem").write_bytes(b"".join(parts))
        identity = tls.load_identity(tmp_path / "all.pem")
        assert identity.certificate == certificate
        assert identity.chain == (root,)

    def test_keys_of_different_kinds(self, tmp_path: Path) -> None:
        key = rsa.generate_private_key(65537, 2048)
        (tmp_path / "k.pem").write_bytes(key_pem(key))
        certificate, _ = issue("one", "one", ec.generate_private_key(ec.SECP256R1()), False)
        (tmp_path / "c.pem").write_bytes(pem(certificate))
        with pytest.raises(tls.TlsError, match="does not belong to"):
            tls.load_identity(tmp_path / "c.pem", tmp_path / "k.pem")

    @pytest.mark.parametrize(
        ("certificate_octets", "key_octets", "message"),
        [
            (None, b"", "cannot read certificate DIR/c.pem: no such file or directory"),
            (b"hello", b"", "certificate DIR/c.pem holds no PEM certificate that OpenSSL can read"),
            ("good", None, "cannot read key DIR/k.pem: no such file or directory"),
            ("good", b"hello", "key DIR/k.pem holds no PEM private key that OpenSSL can read"),
            ("good", "encrypted", "key DIR/k.pem is encrypted; give one without a pass phrase"),
            ("good", "other", "key DIR/k.pem does not belong to certificate DIR/c.pem"),
        ],
    )
    def test_one_line_says_what_is_wrong(
        self,
        tmp_path: Path,
        certificate_octets: str | bytes | None,
        key_octets: str | bytes | None,
        message: str,
    ) -> None:
        certificate, key = issue("one", "one", ec.generate_private_key(ec.SECP256R1()), False)
        made: dict[str, bytes] = {
            "good": pem(certificate),
            "encrypted": key_pem(key, b"secret"),
            "other": key_pem(ec.generate_private_key(ec.SECP256R1())),
        }
        for name, octets in (("c.pem", certificate_octets), ("k.pem", key_octets)):
            if octets is not None:
                (tmp_path / name).write_bytes(made[octets] if isinstance(octets, str) else octets)
        with pytest.raises(tls.TlsError) as caught:
            tls.load_identity(tmp_path / "c.pem", tmp_path / "k.pem")
        assert str(caught.value) == message.replace("DIR", str(tmp_path))


class TestContextFactory:
    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    @pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
    def test_clients_that_check_the_kept_certificate(self, tmp_path: Path, version: ssl.TLSVersion, name: str) -> None:
        # The client compares with the clock of the machine.
        identity, _ = tls.kept_identity(tmp_path, time.time())
        client = ssl.create_default_context(cafile=str(tmp_path / tls.CERTIFICATE_FILE))
        # What Python 3.13 asks of a certificate by default.
        client.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        client.minimum_version = client.maximum_version = version
        peer = handshake(tls.context_factory(identity), client, name)
        assert peer.version() == version.name.replace("_", ".")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    def test_nothing_older_than_tls_1_2(self, tmp_path: Path) -> None:
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.set_ciphers("ALL:@SECLEVEL=0")
        client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
        options = tls.context_factory(tls.kept_identity(tmp_path, NOW)[0])
        with pytest.raises((SSL.Error, ssl.SSLError), match=r"protocol|version"):
            handshake(options, client)

    def test_the_chain_is_sent(self, tmp_path: Path) -> None:
        root, root_key = issue("root", "root", ec.generate_private_key(ec.SECP256R1()), True)
        middle, middle_key = issue("middle", "root", root_key, True)
        certificate, key = issue("host", "middle", middle_key, False)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        client.load_verify_locations(cadata=pem(root).decode())
        whole = tls.Identity(certificate, (middle,), key)
        assert handshake(tls.context_factory(whole), client).getpeercert()
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(tls.context_factory(tls.Identity(certificate, (), key)), client)

    def test_client_certificates_are_demanded(self, tmp_path: Path) -> None:
        root, root_key = issue("root", "root", ec.generate_private_key(ec.SECP256R1()), True)
        other, other_key = issue("other", "other", ec.generate_private_key(ec.SECP256R1()), True)
        (tmp_path / "ca.pem").write_bytes(pem(root))
        options = tls.context_factory(tls.kept_identity(tmp_path, NOW)[0], tmp_path / "ca.pem")

        def client(certificate: x509.Certificate | None, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if certificate is not None:
                (tmp_path / "client.pem").write_bytes(pem(certificate) + key_pem(key))
                context.load_cert_chain(tmp_path / "client.pem")
            return context

        good, good_key = issue("client", "root", root_key, False)

        assert handshake(options, client(good, good_key)).version() == "TLSv1.3"
        with pytest.raises(SSL.Error):
            handshake(options, client(None, good_key))
        with pytest.raises(SSL.Error):
            handshake(options, client(other, other_key))

    def test_a_missing_authority_file(self, tmp_path: Path) -> None:
        identity, _ = tls.kept_identity(tmp_path, NOW)
        with pytest.raises(tls.TlsError, match=r"^cannot read certificate .*/ca.pem: no such file"):
            tls.context_factory(identity, tmp_path / "ca.pem")

    def test_a_key_too_weak_for_tls(self) -> None:
        key = rsa.generate_private_key(65537, 1024)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "weak")])
        instant = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(instant)
            .not_valid_after(instant + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        with pytest.raises(tls.TlsError, match="OpenSSL does not accept"):
            tls.context_factory(tls.Identity(certificate, (), key))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/smsc_sim"),
        ({"XDG_STATE_HOME": "", "HOME": "/h"}, "/h/.local/state/smsc_sim"),
        ({"XDG_STATE_HOME": "s", "HOME": "/h"}, "/h/.local/state/smsc_sim"),
    ],
)
def test_state_directory(environ: dict[str, str], expected: str) -> None:
    assert tls.state_directory(environ) == Path(expected)


def test_no_state_directory() -> None:
    with pytest.raises(tls.TlsError, match="neither XDG_STATE_HOME nor HOME"):
        tls.state_directory({})
