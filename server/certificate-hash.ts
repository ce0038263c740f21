// tls-server-end-point of RFC 5929: the hash of our certificate that binds a SCRAM exchange to its TLS connection.
// Which hash is said by the certificate's signature algorithm; node:crypto does not tell it, so it is read from the DER.
import { createHash } from 'node:crypto';

/** Hash by signature algorithm. RFC 5929 puts SHA-256 in the place of MD5 and SHA-1. */
const HASH_OF_SIGNATURE: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'sha256', // md5WithRSAEncryption
  '1.2.840.113549.1.1.5': 'sha256', // sha1WithRSAEncryption
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha256', // ecdsa-with-SHA1
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** RSASSA-PSS names its hash in its parameters. */
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const HASH_OF_DIGEST: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** The parameters' default is SHA-1. */
const PSS_DEFAULT = 'sha256';

const OBJECT_IDENTIFIER = 0x06;
const CONTEXT_0 = 0xa0;

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** null where the signature algorithm defines no hash (Ed25519): then there is no channel binding to offer. */
export function certificateHash(der: Buffer): Buffer | null {
  const certificate = elements(elements(der)[0]?.content);
  const algorithm = elements(certificate[1]?.content);
  const hash = hashOf(algorithm);
  return hash === null ? null : createHash(hash).update(der).digest();
}

function hashOf([identifier, parameters]: readonly Element[]): string | null {
  const signature = objectIdentifier(identifier);
  if (signature !== RSASSA_PSS) return HASH_OF_SIGNATURE[signature] ?? null;
  const explicit = elements(parameters?.content).find((element) => element.tag === CONTEXT_0);
  if (explicit === undefined) return PSS_DEFAULT;
  const digest = elements(elements(explicit.content)[0]?.content)[0];
  return HASH_OF_DIGEST[objectIdentifier(digest)] ?? PSS_DEFAULT;
}

/** The DER elements that lie side by side in `content`. */
function elements(content: Buffer | undefined): Element[] {
  const found: Element[] = [];
  if (content === undefined) return found;
  for (let at = 0; at + 2 <= content.length;) {
    const tag = content[at]!;
    const { length, start } = lengthAt(content, at + 1);
    found.push({ tag, content: content.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

/** Short form, or the number of length bytes in the low seven bits. */
function lengthAt(content: Buffer, at: number): { length: number; start: number } {
  const first = content[at]!;
  if (first < 0x80) return { length: first, start: at + 1 };
  const bytes = first & 0x7f;
  if (bytes === 0 || bytes > 4 || at + 1 + bytes > content.length)
    return { length: content.length, start: at };
  return { length: content.readUIntBE(at + 1, bytes), start: at + 1 + bytes };
}

function objectIdentifier(element: Element | undefined): string {
  if (element?.tag !== OBJECT_IDENTIFIER) return '';
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = Math.min(Math.floor((arcs[0] ?? 0) / 40), 2);
  return [first, (arcs[0] ?? 0) - 40 * first, ...arcs.slice(1)].join('.');
}
