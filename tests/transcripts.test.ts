// Every conversation of transcripts/, held with the gateway and with PostgreSQL: both have to answer as it is written.
// How to read and write one: support/transcript.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectCdf } from './support/cdf-api';
import { encodeFrontend } from './support/frontend-text';
import { type Stack, startStack } from './support/stack';
import { type Conversation, hold, readTranscript, stepsOn } from './support/transcript';
import { gatewayPeers, type PostgresSide, startPostgresSide } from './support/transcript-sides';

const FOLDER = join(__dirname, 'transcripts');
/** So small that every message is cut, and most lengths too. */
const PIECE_BYTES = 3;

let stack: Stack;
let postgres: PostgresSide;

beforeAll(async () => {
  [stack, postgres] = await Promise.all([startStack({ SLUICE_PLAINTEXT: 'allow' }), startPostgresSide()]);
}, 90_000);

afterAll(() => Promise.all([stack.stop(), postgres.close()]));

async function onGateway(conversation: Conversation, pieceBytes?: number): Promise<void> {
  const peer = await gatewayPeers(stack.ready)(pieceBytes);
  expect(await hold(conversation, 'gateway', peer)).toEqual(stepsOn(conversation, 'gateway'));
}

async function onPostgres(conversation: Conversation): Promise<void> {
  const peer = await postgres.open();
  expect(await hold(conversation, 'postgres', peer)).toEqual(stepsOn(conversation, 'postgres'));
}

describe('a write that CDF takes long for', () => {
  const slowEvents = { method: 'POST', path: '^/events$', latencyMs: 3_000, times: 1 };

  it('can be cancelled, and the session goes on', async () => {
    const cdf = connectCdf(stack.ready);
    await cdf.control('DELETE', '/requests');
    await cdf.control('POST', '/faults', slowEvents);
    const { client, cancel } = await gatewayPeers(stack.ready)();

    client.send(encodeFrontend("Query INSERT INTO events (external_id) VALUES ('cancel-1')"));
    while (!JSON.stringify(await cdf.control('GET', '/requests')).includes('"POST /events"'));
    await cancel();

    expect(await client.error()).toBe('ERROR 57014 canceling statement due to user request');
    client.send(encodeFrontend('Query SELECT 1 AS n'));
    expect(await client.types('D')).toBe('ZTD');
    client.close();
  });
});

const files = readdirSync(FOLDER).map((file) => ({
  file,
  conversations: readTranscript(readFileSync(join(FOLDER, file), 'utf8')),
}));

describe.each(files)('$file', ({ conversations }) => {
  const here = conversations.filter(({ only }) => only !== 'postgres');
  it.each(here)('the gateway: $name', (conversation) => onGateway(conversation));
  it.each(here)('the gateway, in small pieces: $name', (conversation) =>
    onGateway(conversation, PIECE_BYTES),
  );

  const there = conversations.filter(({ only }) => only !== 'gateway');
  if (there.length > 0) it.each(there)('PostgreSQL: $name', (conversation) => onPostgres(conversation));
});
