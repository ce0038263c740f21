import type { Credential } from '../shared/credential';
import { SealedSecretError } from '../shared/sealed-secret';
import { createCdfAccess } from './cdf-access';

const credential: Credential = {
  username: 'sluice_a',
  verifier: 'v',
  tokenUrl: 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
  clientId: 'client',
  sealedSecret: 'sealed',
  scope: 'https://c.cognitedata.com/.default',
  project: 'plant',
  baseUrl: 'https://c.cognitedata.com',
  createdTime: 1,
};

const accessOf = (found: Credential | null, open = () => Promise.resolve('secret')) =>
  createCdfAccess(() => Promise.resolve(found), open)('sluice_a');

test('the access of a user has its secret opened', async () => {
  expect(await accessOf(credential)).toMatchObject({
    baseUrl: 'https://c.cognitedata.com',
    project: 'plant',
    credentials: { clientId: 'client', clientSecret: 'secret' },
  });
});

test.each<[string, Credential | null, (() => Promise<string>) | undefined, string]>([
  ['deleted', null, undefined, 'does not exist any more'],
  ['disabled', { ...credential, disabled: true }, undefined, 'is disabled'],
  ['unreadable', credential, () => Promise.reject(new SealedSecretError('x')), 'cannot be decrypted'],
])('a user who is %s has none, and batches fail with 28000', async (_, found, open, message) => {
  await expect(accessOf(found, open)).rejects.toMatchObject({
    failure: { code: '28000', message: expect.stringContaining(message) as string },
  });
});
