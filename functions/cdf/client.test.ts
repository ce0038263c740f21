import { gunzipSync, gzipSync } from 'node:zlib';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CdfError } from './cdf-error';
import { createCdfClient } from './client';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

let answer: (response: ServerResponse) => void;
let seen: Seen[];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: Buffer.concat(chunks) });
    answer(response);
  });
});
let to: { baseUrl: string; project: string };

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  to = { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, project: 'plant' };
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
beforeEach(() => {
  seen = [];
});

const json = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  answer = (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
};
const gzip = gzipSync('{"items":[{"name":"a"}]}');
const request = { path: '/assets', gzip, contentType: 'application/json' } as const;

async function failureOf(promise: Promise<unknown>): Promise<CdfError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CdfError);
  return error as CdfError;
}

/** The address of a server that is gone. */
async function nobody(): Promise<string> {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  return `http://127.0.0.1:${port}`;
}

test('the bytes arrive as they are, once, with the token', async () => {
  json(201, { items: [{ id: 1 }] });

  const data = await createCdfClient()(to, 'secret', request);

  expect(data).toEqual({ items: [{ id: 1 }] });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/projects/plant/assets', body: gzip });
  expect(seen[0]!.headers).toMatchObject({
    authorization: 'Bearer secret',
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'x-cdp-app': 'sluice',
  });
  expect(gunzipSync(seen[0]!.body).toString()).toBe('{"items":[{"name":"a"}]}');
});

test('data points go as protobuf; project and query reach CDF as given', async () => {
  json(200, {});
  const send = createCdfClient();

  await send({ ...to, project: 'a/b' }, 't', {
    path: '/raw/dbs/a%20b/tables/%2F/rows?ensureParent=true',
    gzip,
    contentType: 'application/protobuf',
  });

  expect(seen[0]!.url).toBe('/api/v1/projects/a%2Fb/raw/dbs/a%20b/tables/%2F/rows?ensureParent=true');
  expect(seen[0]!.headers['content-type']).toBe('application/protobuf');
});

test('without a body it asks', async () => {
  json(200, { key: 'k' });

  expect(await createCdfClient()(to, 't', { ...request, gzip: null })).toEqual({ key: 'k' });
  expect(seen[0]!.method).toBe('GET');
});

test('a duplicate is named', async () => {
  const duplicated = [{ externalId: 'a' }, { externalId: 'b' }];
  json(409, { error: { code: 409, message: 'Duplicates', duplicated } }, { 'x-request-id': 'r-1' });

  const error = await failureOf(createCdfClient()(to, 't', request));

  expect(error).toMatchObject({ status: 409, message: 'Duplicates', duplicated, retryable: 'never' });
  expect(error.requestId).toBe('r-1');
});

test.each<[number, unknown, Record<string, string>, Partial<CdfError>]>([
  [400, { error: { message: 'no', missing: [{ id: 1 }] } }, {}, { missing: [{ id: 1 }], retryable: 'never' }],
  [
    400,
    { code: 400, message: 'flat', missingFields: ['name'] },
    {},
    { message: 'flat', missingFields: ['name'] },
  ],
  [413, '<html>', {}, { message: 'CDF answered 413', retryable: 'never' }],
  [429, { error: { message: 'x' } }, { 'retry-after': '3' }, { retryable: 'always', retryAfterMs: 3000 }],
  [408, '', {}, { retryable: 'if-idempotent' }],
  [500, { error: { message: 'x' } }, {}, { retryable: 'if-idempotent' }],
  [503, { error: { message: 'x' } }, { 'cdf-is-auto-retryable': 'true' }, { retryable: 'always' }],
  [503, { error: { message: 'x', isAutoRetryable: true } }, {}, { retryable: 'always' }],
])('%i %j %j is one try and a typed error', async (status, body, headers, expected) => {
  json(status, body, headers);

  const error = await failureOf(createCdfClient()(to, 't', request));

  expect(error).toMatchObject({ status, ...expected });
  expect(seen).toHaveLength(1);
});

test('401 ends after one try, whatever tokens there are', async () => {
  json(401, { error: { code: 401, message: 'Unauthorized' } });

  expect((await failureOf(createCdfClient()(to, 't', request))).status).toBe(401);
  expect(seen).toHaveLength(1);
});

test('a long text of CDF is cut', async () => {
  json(400, { error: { code: 400, message: 'x'.repeat(5000) } });

  expect((await failureOf(createCdfClient()(to, 't', request))).message).toHaveLength(1000);
});

test('a dropped connection may have reached CDF, a refused one has not', async () => {
  answer = (response) => response.destroy();

  const dropped = await failureOf(createCdfClient()(to, 't', request));
  const refused = await failureOf(createCdfClient()({ ...to, baseUrl: await nobody() }, 't', request));

  expect(dropped).toMatchObject({ status: null, retryable: 'if-idempotent' });
  expect(refused).toMatchObject({ status: null, retryable: 'always' });
});

test('what takes too long is hung up on', async () => {
  const hungUp = new Promise<void>((resolve) => {
    answer = (response) => response.on('close', resolve);
  });

  const error = await failureOf(createCdfClient(50)(to, 't', request));
  await hungUp;

  expect(error).toMatchObject({
    status: null,
    retryable: 'if-idempotent',
    message: 'CDF cannot be reached (TIMEOUT)',
  });
});
