"""TLS: STARTTLS, implicit TLS, what is forgotten at the handshake, and new certificates."""

import asyncio
import ssl

import pytest
import trustme
from smtp_world import connected, listening

from mailproc.errors import SettingsError
from mailproc.smtp.door import Door


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trust(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def write_certificate(folder, authority, name="mx.example.com"):
    issued = authority.issue_cert(name)
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return {"tls_cert": chain, "tls_key": key, "hostname": name}


@pytest.fixture
def certificate(tmp_path, authority):
    return write_certificate(tmp_path, authority)


async def test_a_mail_under_starttls_is_marked_so(reception, certificate, trust):
    async with listening(reception, **certificate) as listener, connected(*listener.addresses[0]) as client:
        assert "STARTTLS" in await client.hello()
        await client.start_tls(trust, "mx.example.com")
        assert "STARTTLS" not in await client.ask("EHLO client.example.org")
        assert await client.bring(b"x" * 300_000 + b"\r\n") == "250 2.0.0 mail-1"
        assert await client.ask("STARTTLS") == "503 5.5.1 TLS is in use already"
        assert await client.ask("QUIT") == "221 2.0.0 Goodbye"
        assert await client.reply() == ""
    envelope, content = reception.accepted[0]
    assert envelope.tls is True
    assert len(content) == 300_002


async def test_a_mail_in_clear_is_marked_so(reception, certificate):
    async with listening(reception, **certificate) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.bring()
    assert reception.accepted[0][0].tls is False


async def test_state_is_forgotten_at_the_handshake(certificate, trust):
    async with listening(**certificate) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.ask("MAIL FROM:<pat@example.org>")
        await client.start_tls(trust, "mx.example.com")
        assert await client.ask("RCPT TO:<reply@reply.example.com>") == "503 5.5.1 Send EHLO first"


async def test_commands_put_behind_starttls_in_clear_are_thrown_away(reception, certificate, trust):
    async with listening(reception, **certificate) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        client.send(
            b"STARTTLS\r\nEHLO forged.example\r\nMAIL FROM:<forged@example.org>\r\n"
            b"RCPT TO:<reply@reply.example.com>\r\nDATA\r\nforged\r\n.\r\n"
        )
        assert await client.reply() == "220 2.0.0 Ready to start TLS"
        await client.writer.start_tls(trust, server_hostname="mx.example.com")
        assert await client.ask("MAIL FROM:<pat@example.org>") == "503 5.5.1 Send EHLO first"
        await client.ask("EHLO client.example.org")
        assert await client.bring() == "250 2.0.0 mail-1"
    assert [envelope.helo for envelope, _ in reception.accepted] == ["client.example.org"]


async def test_clear_text_instead_of_a_handshake_ends_the_connection(certificate, log_lines):
    async with listening(**certificate) as listener, connected(*listener.addresses[0]) as client:
        await client.hello()
        await client.ask("STARTTLS")
        client.send(b"EHLO client.example.org\r\n")
        while await client.reply():
            pass
        assert listener.connections == 0
    assert "TLS handshake failed" in log_lines[0]["why"]


async def test_a_client_that_leaves_during_the_handshake_is_forgotten(certificate):
    async with listening(**certificate) as listener:
        async with connected(*listener.addresses[0]) as client:
            await client.hello()
            await client.ask("STARTTLS")
        async with asyncio.timeout(5):
            while listener.connections:
                await asyncio.sleep(0.01)


async def test_where_tls_is_required_nothing_is_taken_in_clear(certificate, trust):
    async with listening(**certificate, require_tls=True) as listener, connected(*listener.addresses[0]) as client:
        await client.reply()
        for command in ("MAIL FROM:<>", "RCPT TO:<reply@reply.example.com>", "DATA", "HELO x", "VRFY x"):
            assert await client.ask(command) == "530 5.7.0 Issue a STARTTLS command first"
        assert (await client.ask("NOOP"))[:3] == "250"
        assert (await client.ask("EHLO client.example.org"))[:3] == "250"
        await client.start_tls(trust, "mx.example.com")
        await client.ask("EHLO client.example.org")
        assert (await client.bring())[:3] == "250"


async def test_implicit_tls_from_the_first_byte(reception, certificate, trust):
    settings = {"listen": (), "tls_listen": ("127.0.0.1:0",), **certificate}
    async with listening(reception, **settings) as listener:
        address = listener.addresses_of(Door.TLS)[0]
        async with connected(*address, trust, "mx.example.com") as client:
            assert "STARTTLS" not in await client.hello()
            assert await client.bring() == "250 2.0.0 mail-1"
    assert reception.accepted[0][0].tls is True


async def test_behind_a_proxy_the_header_comes_before_the_handshake(reception, certificate, trust):
    settings = {"listen": (), "tls_listen": ("127.0.0.1:0",), "proxy_from": ("127.0.0.1",), **certificate}
    hello, incoming = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trust.wrap_bio(incoming, hello, server_hostname="mx.example.com")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    async with listening(reception, **settings) as listener, connected(*listener.addresses[0]) as client:
        client.send(b"PROXY TCP4 192.0.2.1 198.51.100.5 51234 465\r\n" + hello.read())
        while tls.version() is None or hello.pending:
            incoming.write(await client.reader.read(65536))
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                continue
            client.send(hello.read())
        greeting = b""
        while not greeting:
            try:
                greeting = tls.read()
            except ssl.SSLWantReadError:
                incoming.write(await client.reader.read(65536))
    assert greeting == b"220 mx.example.com ESMTP mailproc\r\n"


async def test_tls_below_1_2_is_refused(certificate, trust):
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    async with listening(**certificate) as listener:
        context = listener._state.certificate.context
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert context.verify_mode is ssl.CERT_NONE


async def served_name(listener, trust) -> str:
    async with connected(*listener.addresses[0]) as client:
        await client.hello()
        trust.check_hostname = False
        await client.start_tls(trust, "mx.example.com")
        found = client.writer.get_extra_info("peercert")["subjectAltName"]
        return found[0][1]


async def test_a_new_certificate_is_used_after_reload_and_old_sessions_go_on(tmp_path, authority, trust):
    settings = write_certificate(tmp_path, authority, "old.example.com")
    async with listening(**settings) as listener, connected(*listener.addresses[0]) as old:
        await old.hello()
        trust.check_hostname = False
        await old.start_tls(trust, "old.example.com")
        write_certificate(tmp_path, authority, "new.example.com")
        assert await served_name(listener, trust) == "old.example.com"
        listener.reload_certificates()
        assert await served_name(listener, trust) == "new.example.com"
        assert (await old.ask("EHLO client.example.org"))[:3] == "250"


async def test_a_bad_certificate_at_reload_leaves_the_old_one_in_use(tmp_path, certificate, trust):
    async with listening(**certificate) as listener:
        certificate["tls_cert"].write_text("not a certificate")
        with pytest.raises(SettingsError, match=r"chain\.pem"):
            listener.reload_certificates()
        assert await served_name(listener, trust) == "mx.example.com"


async def test_reload_without_certificates_does_nothing():
    async with listening() as listener:
        listener.reload_certificates()
