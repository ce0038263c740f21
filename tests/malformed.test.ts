// Bad input over a real connection: what it must not do is write, hang or end the server. (What is answered to single
// malformed messages stands in transcripts/malformed.txt.)
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { type CdfApi, connectCdf } from './support/cdf-api';
import { describeBackend } from './support/backend-text';
import { encodeFrontend } from './support/frontend-text';
import { type Stack, startStack } from './support/stack';
import { gatewayPeers, type OpenPeer } from './support/transcript-sides';
import { WireClient } from './support/wire-client';

const MAX_MESSAGE_BYTES = 100_000;
const RUNS = 60;
/** A server that does not close after the client's FIN hangs. */
const CLOSE_LIMIT_MS = 15_000;

let stack: Stack;
let cdf: CdfApi;
let open: OpenPeer;

beforeAll(async () => {
  stack = await startStack({
    SLUICE_PLAINTEXT: 'allow',
    SLUICE_MAX_MESSAGE_BYTES: String(MAX_MESSAGE_BYTES),
  });
  cdf = connectCdf(stack.ready);
  open = gatewayPeers(stack.ready);
}, 90_000);

afterAll(() => stack.stop());

/** Sends the messages and reads up to that many ReadyForQuery. */
async function answers(client: WireClient, messages: readonly string[], ready = 1): Promise<string[]> {
  client.send(...messages.map(encodeFrontend));
  const lines: string[] = [];
  for (let left = ready; left > 0;) {
    const message = await client.message();
    lines.push(message === null ? 'closed' : describeBackend(message));
    if (message === null || lines.at(-1)!.startsWith('ReadyForQuery')) left--;
  }
  return lines;
}

async function expectAlive(): Promise<void> {
  const port = /"healthPort":(\d+)/.exec(stack.output())![1]!;
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  const { client } = await open();
  expect(await answers(client, ['Query SELECT 1 AS n'])).toContain('DataRow 1');
  client.close();
}

async function untilClosed(client: WireClient): Promise<void> {
  client.socket.end();
  const limit = new AbortController();
  const late = delay(CLOSE_LIMIT_MS, 'still open', { signal: limit.signal }).catch(() => 'aborted');
  const closed = client.types().then(() => 'closed');
  expect(await Promise.race([closed, late])).toBe('closed');
  limit.abort();
  client.close();
}

describe('a COPY that is not finished', () => {
  it.each([
    ['between rows', ['CopyData half-1\\n', 'CopyData half-2\\n']],
    ['in the middle of a row', ['CopyData half-1\\nhal']],
    ['in the middle of a message', ['CopyData half-1\\n', 'Bytes d\\x00\\x00\\x00\\xffhalf-2\\n']],
  ])('writes nothing when the socket closes %s', async (_where, data) => {
    const { client } = await open();
    client.send(encodeFrontend('Query COPY events (external_id) FROM STDIN'));
    await client.types('G');
    client.send(...data.map(encodeFrontend));

    await untilClosed(client);

    const { client: other } = await open();
    await answers(other, ["Query INSERT INTO events (external_id) VALUES ('half-after')"]);
    other.close();
    const events = await cdf.byExternalIds('events', ['half-1', 'half-2', 'half-after']);
    expect(events.map((event) => event['externalId'])).toEqual(['half-after']);
  });
});

describe('a message above the limit', () => {
  const long = 'x'.repeat(MAX_MESSAGE_BYTES);

  it('is refused, and the session stays usable', async () => {
    const { client } = await open();

    expect(await answers(client, [`Query SELECT '${long}'`])).toEqual([
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ]);
    expect(await answers(client, [`Parse SELECT '${long}'`, 'Bind', 'Execute', 'Sync'])).toEqual([
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ]);
    expect(await answers(client, ['Query SELECT 1 AS n'])).toContain('DataRow 1');
    client.close();
  });

  it('ends the COPY that it belongs to, of which nothing is written', async () => {
    const { client } = await open();
    const copy = ['Query COPY events (external_id) FROM STDIN', 'CopyData big-1\\n', `CopyData ${long}\\n`];

    expect(await answers(client, [...copy, 'CopyData big-2\\n', 'CopyDone'])).toEqual([
      'CopyInResponse text 1',
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ]);
    expect(await answers(client, ['Query SELECT 1 AS n'])).toContain('DataRow 1');
    client.close();
    expect(await cdf.byExternalIds('events', ['big-1', 'big-2'])).toEqual([]);
  });

  it('costs no memory before its bytes are there', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => open()));
    for (const { client } of claims) client.send(encodeFrontend('Bytes Q\\x3f\\xff\\xff\\xffSELECT'));

    await expectAlive();

    await Promise.all(claims.map(({ client }) => untilClosed(client)));
  });
});

describe('a statement that no one can parse', () => {
  it.each([
    ['words', 'FRO BNICATE THE WIDGETS'],
    ['a head of INSERT and no more', 'INSERT INTO events ('],
    ['an INSERT with a strange tail', "INSERT INTO events (external_id) VALUES ('x') ON CONFLICT MAYBE"],
    ['quotes that do not end', 'INSERT INTO "events (external_id) VALUES (1)'],
    ['a COPY from nowhere', 'COPY events (external_id) FROM'],
    ['parentheses that do not end', `INSERT INTO events (external_id) VALUES ${'('.repeat(50_000)}`],
  ])('is 42601: %s', async (_what, statement) => {
    const { client } = await open();

    const lines = await answers(client, [`Query ${statement}`, `Parse ${statement}`, 'Sync'], 2);

    expect(lines).toEqual([
      'ErrorResponse 42601',
      'ReadyForQuery I',
      'ErrorResponse 42601',
      'ReadyForQuery I',
    ]);
    client.close();
  });
});

describe('random bytes', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

  it('instead of a startup packet do not end the server', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes(200), { maxLength: 4 }), async (chunks) => {
        const client = await WireClient.connect(stack.ready.postgres.port);
        client.send(...chunks);
        await untilClosed(client);
      }),
      { numRuns: RUNS },
    );

    await expectAlive();
  }, 120_000);

  it('after the login do not end the server', async () => {
    await fc.assert(
      fc.asyncProperty(bytes(400), async (noise) => {
        const { client } = await open();
        client.send(noise);
        await untilClosed(client);
      }),
      { numRuns: RUNS },
    );

    await expectAlive();
  }, 120_000);

  const texts = fc.constantFrom(
    'INSERT INTO events (external_id) VALUES ($1)\0',
    "INSERT INTO events (external_id) VALUES ('noise')\0",
    'COPY events (external_id) FROM STDIN\0',
    'COPY events (external_id) FROM STDIN BINARY\0',
    'BEGIN\0',
    'SAVEPOINT s\0',
    'COMMIT\0',
    'SELECT 1/0\0',
    '\0',
  );
  const payload = fc
    .array(fc.oneof(texts, bytes(30), fc.constantFrom('\0', '\0\0', 'S\0', 'P\0', '\0\0\0\0\0')), {
      maxLength: 4,
    })
    .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  const message = fc
    .tuple(fc.constantFrom(...'QQPPBBDEECSSHdcfFp'), payload)
    .map(([type, body]) => encodeFrontend(`Message ${type} ${escaped(body)}`));

  it('in messages of every type do not end the server', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (messages) => {
        const { client } = await open();
        client.send(...messages);
        await untilClosed(client);
      }),
      { numRuns: 3 * RUNS },
    );

    await expectAlive();
  }, 120_000);
});

function escaped(body: Buffer): string {
  return Array.from(body, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
