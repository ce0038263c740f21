import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyWrapAlgorithm } from '@azure/keyvault-keys';
import { readSettings } from '../settings';
import { keyFromFile } from './key-file';
import { createWrappingKey, keyFromVault, WRAPPING_KEY_SETTINGS } from './wrapping-key';

const folder = mkdtempSync(join(tmpdir(), 'sluice-key-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY_ID = `https://acme.vault.azure.net/keys/sluice/${'a'.repeat(32)}`;

describe('settings', () => {
  const none = { wrappingKeyId: '', keyFile: '', storageClientId: '' };

  test('take exactly one of the two keys', () => {
    expect(() => createWrappingKey(none)).toThrow(
      'exactly one of SLUICE_WRAPPING_KEY_ID and SLUICE_KEY_FILE',
    );
    expect(() => createWrappingKey({ ...none, wrappingKeyId: KEY_ID, keyFile: 'x' })).toThrow('exactly one');
    expect(() => createWrappingKey({ ...none, wrappingKeyId: KEY_ID })).not.toThrow();
  });

  test.each(['http://acme.vault.azure.net/keys/sluice/' + 'a'.repeat(32), KEY_ID.slice(0, -33), 'sluice'])(
    'refuse %j as the id of a key',
    (id) =>
      expect(() => readSettings(WRAPPING_KEY_SETTINGS, { SLUICE_WRAPPING_KEY_ID: id })).toThrow(
        'SLUICE_WRAPPING_KEY_ID is not https://<vault>/keys/<name>/<version>',
      ),
  );
});

describe('key file', () => {
  test('is made once, readable by its owner only, and read again', async () => {
    const path = join(folder, 'made');
    const dataKey = randomBytes(32);
    const wrapped = await keyFromFile(path).wrapKey(dataKey);

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path)).toHaveLength(32);
    expect(await keyFromFile(path).unwrapKey(wrapped)).toEqual(dataKey);
  });

  test('of another length is refused', () => {
    const path = join(folder, 'short');
    writeFileSync(path, 'short');

    expect(() => keyFromFile(path)).toThrow('SLUICE_KEY_FILE must hold 32 bytes');
  });

  test('in a folder that is not there is refused by name', () =>
    expect(() => keyFromFile(join(folder, 'no', 'key'))).toThrow('SLUICE_KEY_FILE cannot be made'));

  test('does not unwrap what another key wrapped, nor what was changed', async () => {
    const key = keyFromFile(join(folder, 'one'));
    const wrapped = await key.wrapKey(randomBytes(32));

    await expect(keyFromFile(join(folder, 'two')).unwrapKey(wrapped)).rejects.toThrow('not ours');
    await expect(key.unwrapKey({ ...wrapped, wrapped: randomBytes(60) })).rejects.toThrow();
  });
});

describe('Key Vault key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  /** What a vault does with the private key that it never gives away. */
  function vault() {
    const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const asked: string[] = [];
    const connect = (keyId: string) => ({
      wrapKey: (algorithm: KeyWrapAlgorithm, dataKey: Uint8Array) => {
        expect(algorithm).toBe('RSA-OAEP-256');
        const result = publicEncrypt({ key: publicKey, ...oaep }, dataKey);
        return Promise.resolve({ algorithm, keyID: keyId, result });
      },
      unwrapKey: (algorithm: KeyWrapAlgorithm, wrapped: Uint8Array) => {
        asked.push(keyId);
        const result = privateDecrypt({ key: privateKey, ...oaep }, wrapped);
        return Promise.resolve({ algorithm, keyID: keyId, result });
      },
    });
    return { asked, connect };
  }

  test('wraps by RSA-OAEP-256 and unwraps, also what an older version wrapped', async () => {
    const { asked, connect } = vault();
    const dataKey = randomBytes(32);
    const wrapped = await keyFromVault(KEY_ID, connect).wrapKey(dataKey);
    const newer = keyFromVault(KEY_ID.replace(/a{32}$/, 'b'.repeat(32)), connect);

    expect(wrapped.keyId).toBe(KEY_ID);
    expect(await newer.unwrapKey(wrapped)).toEqual(dataKey);
    expect(asked).toEqual([KEY_ID]);
  });

  test.each([
    KEY_ID.replace('acme', 'evil'),
    KEY_ID.replace('sluice', 'other'),
    `${KEY_ID}/x`,
    `${KEY_ID}?a=b`,
  ])('calls nobody for a secret under the foreign key %j', async (keyId) => {
    const { asked, connect } = vault();
    const { unwrapKey } = keyFromVault(KEY_ID, connect);

    await expect(unwrapKey({ keyId, wrapped: randomBytes(256) })).rejects.toThrow('not ours');
    expect(asked).toEqual([]);
  });
});
