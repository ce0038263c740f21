import { NO_TELEMETRY } from '../shared/telemetry';
import { recordTelemetry } from '../tests/support/recorded-telemetry';
import { TokenError } from './cdf/token';
import { observePoison, observeTokens } from './observed';

const CREDENTIALS = {
  tokenUrl: 'https://login.example.com/t',
  clientId: 'c',
  clientSecret: 'secret',
  scope: 's',
};

test.each([
  ['ok', () => Promise.resolve({ value: 't', expiresTime: 0 })],
  ['refused', () => Promise.reject(new TokenError(401, 'invalid_client', 'no'))],
  ['unreachable', () => Promise.reject(new TokenError(null, 'unreachable', 'no'))],
] as const)('a token request that is %s is told as that, without the secret', async (result, fetchToken) => {
  const telemetry = recordTelemetry();

  await observeTokens(telemetry, fetchToken)(CREDENTIALS).catch(() => undefined);

  expect(telemetry.values).toEqual([
    { name: 'sluice.token.refreshes', value: 1, attributes: { 'sluice.result': result } },
  ]);
  expect(telemetry.spans[0]).toMatchObject({
    attributes: { 'server.address': 'login.example.com', 'sluice.result': result },
    ended: { failure: result === 'ok' ? undefined : result },
  });
  expect(JSON.stringify(telemetry.spans)).not.toContain('secret');
});

test('a poison batch is counted once it is kept', async () => {
  const telemetry = recordTelemetry();
  const kept = observePoison(telemetry, () => Promise.resolve());
  const lost = observePoison(telemetry, () => Promise.reject(new Error('storage')));

  await kept({});
  await expect(lost({})).rejects.toThrow('storage');

  expect(telemetry.values).toEqual([{ name: 'sluice.poison.batches', value: 1, attributes: {} }]);
});

test('where nothing listens, nothing stands in between', () => {
  const fetchToken = () => Promise.resolve({ value: 't', expiresTime: 0 });
  const poison = () => Promise.resolve();

  expect(observeTokens(NO_TELEMETRY, fetchToken)).toBe(fetchToken);
  expect(observePoison(NO_TELEMETRY, poison)).toBe(poison);
});
