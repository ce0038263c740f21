// The certificate of the local server: a development CA and what it signed for loopback, so that a client on this
// machine can check the server as it would in Azure (sslmode=verify-full). Kept in the data folder.
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import * as der from './der';
import { writeWhole } from './write-whole';

export interface CertificateFiles {
  /** The development CA, PEM: sslrootcert. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CA_DAYS = 3650;
/** The most that some TLS clients accept of a server's certificate. */
const SERVER_DAYS = 825;
/** Made again when it would end within so many days. */
const RENEWAL_DAYS = 30;
/** A clock of another machine or container may be behind. */
const BACKDATED_MS = 60 * 60 * 1000;

const DNS_NAMES = ['localhost'];
const ADDRESSES = ['127.0.0.1', '::1'];

/** Uses the files of an earlier start while they are good for RENEWAL_DAYS more. */
export function prepareCertificate(directory: string, now = Date.now()): CertificateFiles {
  const files = {
    ca: join(directory, 'ca.pem'),
    certificate: join(directory, 'server.pem'),
    key: join(directory, 'server-key.pem'),
  };
  if (areGood(files, now)) return files;
  mkdirSync(directory, { recursive: true });
  const { ca, certificate, key } = issue(now);
  writeWhole(files.key, key, 0o600);
  writeWhole(files.certificate, certificate, 0o644);
  writeWhole(files.ca, ca, 0o644);
  return files;
}

function areGood(files: CertificateFiles, now: number): boolean {
  try {
    const [ca, certificate] = [files.ca, files.certificate].map(
      (path) => new X509Certificate(readFileSync(path)),
    );
    if (ca === undefined || certificate === undefined) return false;
    const end = Math.min(Date.parse(ca.validTo), Date.parse(certificate.validTo));
    return (
      end > now + RENEWAL_DAYS * DAY_MS &&
      certificate.verify(ca.publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(readFileSync(files.key)))
    );
  } catch {
    return false; // Missing, cut, or something else: made anew.
  }
}

/** The CA's key is thrown away: whoever trusts this CA trusts this one certificate, and no one can sign another. */
function issue(now: number): { ca: string; certificate: string; key: string } {
  const caKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const serverKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const caId = keyIdentifier(caKeys.publicKey);
  const caName = distinguishedName(`Sluice development CA ${caId.toString('hex').slice(0, 8)}`);
  const signed = { issuer: caName, signer: caKeys.privateKey, now };
  const ca = encodeCertificate({
    ...signed,
    subject: caName,
    publicKey: caKeys.publicKey,
    days: CA_DAYS,
    extensions: caExtensions(caId),
  });
  const certificate = encodeCertificate({
    ...signed,
    subject: distinguishedName('localhost'),
    publicKey: serverKeys.publicKey,
    days: SERVER_DAYS,
    extensions: serverExtensions(keyIdentifier(serverKeys.publicKey), caId),
  });
  const key = serverKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { ca: pem(ca), certificate: pem(certificate), key };
}

interface CertificateFields {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly signer: KeyObject;
  readonly publicKey: KeyObject;
  readonly now: number;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

const VERSION_3 = der.explicit(0, der.integer(Buffer.from([2])));
const ECDSA_WITH_SHA256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
/** RFC 5280 4.1.2.2: at most 20 bytes, positive. */
const SERIAL_BYTES = 16;

/** RFC 5280 4.1. */
function encodeCertificate(fields: CertificateFields): Buffer {
  const { issuer, subject, signer, publicKey, now, days, extensions } = fields;
  const start = now - BACKDATED_MS;
  const toBeSigned = der.sequence(
    VERSION_3,
    der.integer(randomBytes(SERIAL_BYTES)),
    ECDSA_WITH_SHA256,
    issuer,
    der.sequence(der.time(new Date(start)), der.time(new Date(start + days * DAY_MS))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, { key: signer, dsaEncoding: 'der' });
  return der.sequence(toBeSigned, ECDSA_WITH_SHA256, der.bitString(signature));
}

function distinguishedName(commonName: string): Buffer {
  const attribute = der.sequence(der.objectIdentifier('2.5.4.3'), der.utf8String(commonName));
  return der.sequence(der.set(attribute));
}

const CRITICAL = true;

function extension(oid: string, value: Buffer, critical = false): Buffer {
  return der.sequence(
    der.objectIdentifier(oid),
    ...(critical ? [der.boolean(true)] : []),
    der.octetString(value),
  );
}

function caExtensions(caId: Buffer): Buffer[] {
  const pathLength = der.integer(Buffer.from([0]));
  return [
    extension('2.5.29.19', der.sequence(der.boolean(true), pathLength), CRITICAL),
    extension('2.5.29.15', der.bitString(Buffer.from([0b0000_0100]), 2), CRITICAL), // keyCertSign
    extension('2.5.29.14', der.octetString(caId)),
  ];
}

function serverExtensions(serverId: Buffer, caId: Buffer): Buffer[] {
  const names = [
    ...DNS_NAMES.map((name) => der.implicit(2, Buffer.from(name, 'ascii'))),
    ...ADDRESSES.map((address) => der.implicit(7, addressBytes(address))),
  ];
  return [
    extension('2.5.29.19', der.sequence(), CRITICAL),
    extension('2.5.29.15', der.bitString(Buffer.from([0b1000_0000]), 7), CRITICAL), // digitalSignature
    extension('2.5.29.37', der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.1'))), // serverAuth
    extension('2.5.29.17', der.sequence(...names)),
    extension('2.5.29.14', der.octetString(serverId)),
    extension('2.5.29.35', der.sequence(der.implicit(0, caId))),
  ];
}

/** Of IPv6 the loopback address only. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  bytes[15] = 1;
  return bytes;
}

/** The uncompressed point of a P-256 key: its last 65 bytes in SPKI. */
const POINT_BYTES = 65;

/** RFC 5280 4.2.1.2, method 1. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES);
  return createHash('sha1').update(point).digest();
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
