import { readServerSettings } from './settings';

const ENOUGH = { SluiceStorage: 'UseDevelopmentStorage=true', SLUICE_PLAINTEXT: 'allow' };
const ENDPOINTS = {
  SluiceStorage__blobServiceUri: 'https://a.blob.core.windows.net',
  SluiceStorage__queueServiceUri: 'https://a.queue.core.windows.net',
};

test('storage and TLS are all that must be said', () => {
  expect(readServerSettings(ENOUGH)).toMatchObject({ port: '5432', healthPort: '8080', plaintext: 'allow' });
});

test.each([
  ['SLUICE_PG_PORT', '65536'],
  ['SLUICE_HEALTH_PORT', 'http'],
  ['SLUICE_MAX_CONNECTIONS', '0'],
  ['SLUICE_IDLE_LIMIT_MS', '2147483648'],
  ['SLUICE_DRAIN_LIMIT_MS', '-1'],
  ['SLUICE_MAX_MESSAGE_BYTES', '1'],
  ['SLUICE_WINDOW_BYTES', '1'],
  ['SLUICE_PLAINTEXT', 'yes'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'IngestionEndpoint=https://x'],
  ['APPLICATIONINSIGHTS_AUTHENTICATION_STRING', 'Authorization=Key'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '1'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
])('%s may not be %s', (name, value) => {
  expect(() => readServerSettings({ ...ENOUGH, [name]: value })).toThrow(`${name} is not `);
});

test('of the endpoints each that is missing is named', () => {
  expect(() => readServerSettings({ SLUICE_PLAINTEXT: 'allow', ...ENDPOINTS })).toThrow(
    /^SluiceStorage__tableServiceUri is not set: table endpoint$/,
  );
});

test('a certificate and its key come together, or plaintext is allowed', () => {
  const storage = { SluiceStorage: 'x' };
  expect(() => readServerSettings({ ...ENOUGH, SLUICE_TLS_CERT_FILE: 'a.pem' })).toThrow(
    'must be set together',
  );
  expect(() => readServerSettings({ ...storage, SLUICE_TLS_KEY_FILE: 'a.pem' })).toThrow(
    'must be set together',
  );
  expect(() => readServerSettings(storage)).toThrow('SLUICE_PLAINTEXT is not "allow"');
  expect(() =>
    readServerSettings({ ...storage, SLUICE_TLS_CERT_FILE: 'a.pem', SLUICE_TLS_KEY_FILE: 'a.pem' }),
  ).not.toThrow();
});
