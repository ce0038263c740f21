// Sealing of what must be read again: a CDF client secret on its way into Table Storage and back.
// Envelope encryption: each secret has a random data key of its own (AES-256-GCM), and that key is wrapped by one that
// never lies beside it (shared/azure/wrapping-key).
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

interface WrappedKey {
  /** Names the wrapping key and its version, so that older secrets stay readable after a rotation. */
  readonly keyId: string;
  readonly wrapped: Buffer;
}

export type WrapKey = (dataKey: Buffer) => Promise<WrappedKey>;
export type UnwrapKey = (key: WrappedKey) => Promise<Buffer>;

const SEAL_VERSION = 1;
const DATA_KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The sealed text is damaged, of an unknown version, or was sealed for another user or field. Never says with what. */
export class SealedSecretError extends Error {
  override readonly name = 'SealedSecretError';
}

/** What a client secret is bound to: moved to another user's entity it does not open. The `aad` of both functions. */
export function clientSecretAad(username: string): string {
  return `${username}|client_secret`;
}

interface Sealed extends WrappedKey {
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly ciphertext: Buffer;
}

/** Encrypts `plain` for Table Storage; `aad` must be given again to open it. Rejects with what `wrapKey` rejects with. */
export async function sealSecret(plain: string, aad: string, wrapKey: WrapKey): Promise<string> {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(aad),
  );
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const { keyId, wrapped } = await wrapKey(dataKey);
  return encode({ keyId, wrapped, iv, tag: cipher.getAuthTag(), ciphertext });
}

/** Rejects with SealedSecretError, or with what `unwrapKey` rejects with. */
export async function openSecret(sealed: string, aad: string, unwrapKey: UnwrapKey): Promise<string> {
  const { keyId, wrapped, iv, tag, ciphertext } = decode(sealed);
  const dataKey = await unwrapKey({ keyId, wrapped });
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(aad))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    throw new SealedSecretError('the sealed secret does not open');
  }
}

function encode({ keyId, wrapped, iv, tag, ciphertext }: Sealed): string {
  const base64 = (bytes: Buffer) => bytes.toString('base64url');
  const parts = {
    wrapped: base64(wrapped),
    iv: base64(iv),
    tag: base64(tag),
    ciphertext: base64(ciphertext),
  };
  return JSON.stringify({ version: SEAL_VERSION, keyId, ...parts });
}

function decode(text: string): Sealed {
  const fields = parseFields(text);
  if (fields['version'] !== SEAL_VERSION)
    throw new SealedSecretError('the sealed secret has an unknown version');
  const field = (name: string): string => {
    const value = fields[name];
    if (typeof value !== 'string') throw new SealedSecretError(`the sealed secret lacks ${name}`);
    return value;
  };
  const bytes = (name: string) => Buffer.from(field(name), 'base64url');
  const sealed = { iv: bytes('iv'), tag: bytes('tag'), ciphertext: bytes('ciphertext') };
  return { keyId: field('keyId'), wrapped: bytes('wrapped'), ...sealed };
}

function parseFields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: the parser's message would repeat a part of the text.
  }
  throw new SealedSecretError('the sealed secret is no JSON object');
}
