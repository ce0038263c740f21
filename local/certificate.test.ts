import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { prepareCertificate, type CertificateFiles } from './certificate';

const DAY_MS = 24 * 60 * 60 * 1000;
const directory = mkdtempSync(join(tmpdir(), 'sluice certificate-'));
let files: CertificateFiles;
beforeAll(() => {
  files = prepareCertificate(join(directory, 'tls'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function handshake(host: string, name: string): Promise<boolean> {
  const server = createServer({ cert: readFileSync(files.certificate), key: readFileSync(files.key) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host, port, servername: name, ca: readFileSync(files.ca) });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized;
  } finally {
    socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

test('a TLS client that trusts the CA accepts the server by name and by address', async () => {
  await expect(handshake('127.0.0.1', 'localhost')).resolves.toBe(true);

  const certificate = new X509Certificate(readFileSync(files.certificate));
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('::1')).toBe('::1');
  expect(certificate.checkIssued(new X509Certificate(readFileSync(files.ca)))).toBe(true);
});

test('another name is refused', async () => {
  await expect(handshake('127.0.0.1', 'sluice.example')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

(hasOpenssl ? test : test.skip)('openssl verifies the chain, strictly', () => {
  const output = execFileSync(
    'openssl',
    [
      'verify',
      ...['-x509_strict', '-purpose', 'sslserver', '-verify_ip', '127.0.0.1', '-CAfile', files.ca],
      files.certificate,
    ],
    { encoding: 'utf8' },
  );
  expect(output).toContain('OK');
});

test('the private key is for its owner only', () => {
  expect(statSync(files.key).mode & 0o777).toBe(0o600);
});

test('a restart keeps the certificate', () => {
  const before = readFileSync(files.certificate, 'utf8');
  prepareCertificate(join(directory, 'tls'));
  expect(readFileSync(files.certificate, 'utf8')).toBe(before);
});

test('a certificate near its end is made again', () => {
  const place = join(directory, 'old');
  const old = readFileSync(prepareCertificate(place, Date.now() - 800 * DAY_MS).certificate, 'utf8');
  expect(readFileSync(prepareCertificate(place).certificate, 'utf8')).not.toBe(old);
});

test('files that do not belong together are made again', () => {
  const place = join(directory, 'mixed');
  const mixed = prepareCertificate(place);
  writeFileSync(mixed.ca, readFileSync(files.ca));
  prepareCertificate(place);
  const ca = new X509Certificate(readFileSync(mixed.ca));
  expect(new X509Certificate(readFileSync(mixed.certificate)).verify(ca.publicKey)).toBe(true);
});
