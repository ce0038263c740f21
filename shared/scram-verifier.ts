// A SCRAM verifier: what Sluice keeps instead of a password. POST /create makes it, a login is checked against it.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { preparePassword } from './saslprep';

/** PostgreSQL's own default. Real and mock verifiers must have the same, or a login would tell them apart. */
const SCRAM_ITERATIONS = 4096;
const SCRAM_SALT_BYTES = 16;
export const SCRAM_KEY_BYTES = 32;

export interface Verifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** Hashes a password to PostgreSQL's text form, `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. */
export function createVerifier(
  password: string,
  iterations = SCRAM_ITERATIONS,
  salt = randomBytes(SCRAM_SALT_BYTES),
): string {
  if (iterations < SCRAM_ITERATIONS)
    throw new RangeError(`SCRAM needs ${SCRAM_ITERATIONS} iterations or more`);
  const saltedPassword = pbkdf2Sync(preparePassword(password), salt, iterations, SCRAM_KEY_BYTES, 'sha256');
  const storedKey = sha256(hmac(saltedPassword, 'Client Key'));
  const serverKey = hmac(saltedPassword, 'Server Key');
  const base64 = (bytes: Buffer) => bytes.toString('base64');
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`;
}

const VERIFIER = /^SCRAM-SHA-256\$([0-9]{1,10}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

/** Reads PostgreSQL's text form. Throws an Error that does not repeat it. */
export function parseVerifier(text: string): Verifier {
  const [, iterations = '', salt = '', storedKey = '', serverKey = ''] = VERIFIER.exec(text) ?? [];
  const verifier = {
    iterations: Number(iterations),
    salt: Buffer.from(salt, 'base64'),
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  };
  const whole =
    verifier.iterations > 0 &&
    verifier.salt.length > 0 &&
    verifier.storedKey.length === SCRAM_KEY_BYTES &&
    verifier.serverKey.length === SCRAM_KEY_BYTES;
  if (!whole) throw new Error('invalid SCRAM verifier');
  return verifier;
}

/**
 * A verifier for a user that does not exist, so that the exchange looks and costs the same: the same name always gets
 * the same salt. No password fits, since nobody knows a key whose hash is its StoredKey. Replicas that share `secret`
 * answer alike.
 */
export function mockVerifier(username: string, secret: Buffer): Verifier {
  const derive = (purpose: string) => hmac(secret, `${purpose}\0${username}`);
  return {
    iterations: SCRAM_ITERATIONS,
    salt: derive('salt').subarray(0, SCRAM_SALT_BYTES),
    storedKey: derive('stored key'),
    serverKey: derive('server key'),
  };
}

export function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
