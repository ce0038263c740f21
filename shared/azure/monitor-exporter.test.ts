// Application Insights itself cannot be had here: what its ingestion endpoint would get is looked at on loopback. A process
// of its own tells it, which trusts the endpoint's CA from its start.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { createAuthority } from '../../tests/support/certificates';

interface Envelope {
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

const TELLER = `
const { subscribe } = require('node:diagnostics_channel');
const hosts = new Set();
subscribe('http.client.request.start', ({ request }) => hosts.add(request.host));
const [folder, connectionString] = process.argv.slice(1);
const { startTelemetry } = require(folder + '/telemetry-start');
const { TELEMETRY_SETTINGS } = require(folder + '/telemetry-settings');
const { readSettings } = require(folder + '/settings');
const settings = readSettings(TELEMETRY_SETTINGS, { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString });
const log = { info() {}, error() {}, warn: (event, { error }) => console.error(event, error) };
const telemetry = startTelemetry(settings, 'sluice-server', log);
const unit = telemetry.start('sluice.unit', undefined, { 'sluice.unit': 'u' });
const request = telemetry.start('sluice.cdf_request', unit.traceparent, { 'sluice.service': 'raw' });
request.end('503');
unit.end();
telemetry.add('sluice.queued.rows', 7, { 'sluice.table': 'assets', 'sluice.write': 'insert' });
telemetry.record('sluice.queue.age', 2.5, { 'sluice.table': 'assets' });
telemetry.stop().then(() => { console.log([...hosts].join()); process.exit(); });
`;
const DIST = resolve(__dirname, '../../dist/shared');
const KEY = '11111111-2222-3333-4444-555555555555';

const asked = new Set<string>();
const envelopes: Envelope[] = [];
const authority = createAuthority();
let ingestion: Server;

beforeAll(async () => {
  const { certificateFile, keyFile } = authority.issue('ingestion');
  const identity = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  ingestion = createServer(identity, (request, response) => {
    asked.add(request.url ?? '');
    void text(request).then((body) => {
      const items = JSON.parse(body) as Envelope[];
      envelopes.push(...items);
      const answer = { itemsReceived: items.length, itemsAccepted: items.length, errors: [] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  ingestion.listen(0, '127.0.0.1');
  await once(ingestion, 'listening');
});

afterAll(() => {
  ingestion.closeAllConnections();
  ingestion.close();
  authority.close();
});

test('a unit, its request to CDF and its metrics arrive as Application Insights knows them, and nowhere else', async () => {
  const { port } = ingestion.address() as AddressInfo;
  const connectionString = `InstrumentationKey=${KEY};IngestionEndpoint=https://127.0.0.1:${port}/`;
  const teller = spawn(process.execPath, ['-e', TELLER, DIST, connectionString], {
    env: { NODE_EXTRA_CA_CERTS: authority.caFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, complained] = await Promise.all([text(teller.stdout), text(teller.stderr)]);

  expect(complained).toBe('');
  expect(said).toBe('127.0.0.1\n');
  expect([...asked]).toEqual(['/v2.1/track']);
  const ofType = (type: string) => envelopes.filter(({ data }) => data.baseType === type);
  expect(ofType('RequestData')[0]).toMatchObject({
    tags: { 'ai.cloud.role': 'sluice-server' },
    data: { baseData: { name: 'sluice.unit', success: true, properties: { 'sluice.unit': 'u' } } },
  });
  expect(ofType('RemoteDependencyData')[0]!.data.baseData).toMatchObject({
    name: 'sluice.cdf_request',
    success: false,
    properties: { 'sluice.service': 'raw' },
  });
  const metrics = ofType('MetricData').flatMap(
    ({ data }) => data.baseData['metrics'] as { name: string; value: number }[],
  );
  expect(metrics).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'sluice.queued.rows', value: 7 }),
      expect.objectContaining({ name: 'sluice.queue.age', value: 2.5 }),
    ]),
  );
});
