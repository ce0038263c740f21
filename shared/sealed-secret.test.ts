import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { keyFromFile } from './azure/key-file';
import { cacheDataKeys, MAX_CACHED_DATA_KEYS, MAX_DATA_KEY_AGE_MS } from './data-key-cache';
import { clientSecretAad, openSecret, SealedSecretError, sealSecret } from './sealed-secret';

const folder = mkdtempSync(join(tmpdir(), 'sluice-sealed-'));
const { wrapKey, unwrapKey } = keyFromFile(join(folder, 'key'));
afterAll(() => rmSync(folder, { recursive: true }));

const AAD = clientSecretAad('sluice_a');

test('opens to what was sealed, whatever it was', () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (plain) => {
      expect(await openSecret(await sealSecret(plain, AAD, wrapKey), AAD, unwrapKey)).toBe(plain);
    }),
  ));

test('seals the same secret differently each time, and shows nothing of it', async () => {
  const [one, two] = await Promise.all([
    sealSecret('hush-hush', AAD, wrapKey),
    sealSecret('hush-hush', AAD, wrapKey),
  ]);

  expect(one).not.toBe(two);
  expect(one + two).not.toContain('hush');
});

test("does not open with another user's name", async () => {
  const sealed = await sealSecret('hush', AAD, wrapKey);

  await expect(openSecret(sealed, clientSecretAad('sluice_b'), unwrapKey)).rejects.toThrow(SealedSecretError);
});

test.each(['iv', 'tag', 'ciphertext'])('does not open with a changed or missing %s', async (field) => {
  const sealed = JSON.parse(await sealSecret('hush', AAD, wrapKey)) as Record<string, unknown>;
  const bytes = Buffer.from(String(sealed[field]), 'base64url');
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  const changed = JSON.stringify({ ...sealed, [field]: bytes.toString('base64url') });
  const missing = JSON.stringify({ ...sealed, [field]: undefined });

  await expect(openSecret(changed, AAD, unwrapKey)).rejects.toThrow(SealedSecretError);
  await expect(openSecret(missing, AAD, unwrapKey)).rejects.toThrow(SealedSecretError);
});

test.each(['', 'x', '[]', 'null', '{}', '{"version":2}', '{"version":1}'])(
  'refuses the text %j',
  async (text) => {
    await expect(openSecret(text, AAD, unwrapKey)).rejects.toThrow(SealedSecretError);
  },
);

describe('cache of data keys', () => {
  const keyOf = (n: number) => ({ keyId: 'k', wrapped: Buffer.from(String(n)) });

  function counted(unwrap: () => Promise<Buffer> = () => Promise.resolve(Buffer.alloc(32))) {
    const calls: string[] = [];
    const clock = { now: 0 };
    const cached = cacheDataKeys(
      (key) => {
        calls.push(key.wrapped.toString());
        return unwrap();
      },
      () => clock.now,
    );
    return { calls, clock, cached };
  }

  test('asks once, also when asked twice at one time, and again when the key is old', async () => {
    const { calls, clock, cached } = counted();

    await Promise.all([cached(keyOf(1)), cached(keyOf(1))]);
    clock.now = MAX_DATA_KEY_AGE_MS - 1;
    await cached(keyOf(1));
    expect(calls).toEqual(['1']);
    clock.now = MAX_DATA_KEY_AGE_MS;
    await cached(keyOf(1));
    expect(calls).toEqual(['1', '1']);
  });

  test('forgets the one longest unused when full', async () => {
    const { calls, cached } = counted();
    for (let n = 0; n < MAX_CACHED_DATA_KEYS; n += 1) await cached(keyOf(n));
    await cached(keyOf(0));
    await cached(keyOf(MAX_CACHED_DATA_KEYS));
    calls.length = 0;

    await cached(keyOf(0));
    await cached(keyOf(1));

    expect(calls).toEqual(['1']);
  });

  test('does not keep a failure', async () => {
    const answers = [Promise.reject(new Error('vault is away')), Promise.resolve(Buffer.alloc(32))];
    const { calls, cached } = counted(() => answers.shift()!);

    await expect(cached(keyOf(1))).rejects.toThrow('vault is away');
    await cached(keyOf(1));

    expect(calls).toEqual(['1', '1']);
  });
});
