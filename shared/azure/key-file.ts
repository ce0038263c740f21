// The wrapping key of a developer's machine: 32 random bytes in a file that only its owner can read.
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import type { UnwrapKey, WrapKey } from '../sealed-secret';
import { SettingsError } from '../settings';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Reads the key, or makes it; throws SettingsError where the file is something else. */
export function keyFromFile(path: string): { wrapKey: WrapKey; unwrapKey: UnwrapKey } {
  const key = readKey(path) ?? makeKey(path);
  if (key.length !== KEY_BYTES)
    throw new SettingsError(`SLUICE_KEY_FILE must hold ${KEY_BYTES} bytes: ${path}`);
  const keyId = `file:${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  return {
    wrapKey: (dataKey) => Promise.resolve({ keyId, wrapped: encrypt(key, dataKey) }),
    unwrapKey: ({ keyId: id, wrapped }) =>
      id === keyId
        ? Promise.resolve().then(() => decrypt(key, wrapped))
        : Promise.reject(new Error('a secret was sealed under a key that is not ours')),
  };
}

function readKey(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw new SettingsError(`SLUICE_KEY_FILE cannot be read: ${path}`, { cause: error });
  }
}

/** Written aside and linked, so that two processes that start together end with one whole key. */
function makeKey(path: string): Buffer {
  const aside = `${path}.${randomUUID()}`;
  try {
    writeFileSync(aside, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
    try {
      linkSync(aside, path);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    } finally {
      unlinkSync(aside);
    }
    return readFileSync(path);
  } catch (error) {
    throw new SettingsError(`SLUICE_KEY_FILE cannot be made: ${path}`, { cause: error });
  }
}

function isErrno(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

function encrypt(key: Buffer, plain: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

/** Throws where the key or the bytes are not the ones of `encrypt`. */
function decrypt(key: Buffer, wrapped: Buffer): Buffer {
  const iv = wrapped.subarray(0, IV_BYTES);
  const tag = wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAuthTag(tag);
  return Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
}
