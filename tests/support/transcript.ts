// Wire conversations as text: read from a file, held with a server, compared with what the file says. The same file is
// held with the gateway and with PostgreSQL, so that what is expected is no opinion of ours.
//
//   == The name of a conversation, each on a connection of its own (only gateway)
//   send
//     Query SELECT 1
//   until ReadyForQuery
//     RowDescription ?column?:23
//     ...
//
// All messages of a `send` leave in one write. `until ReadyForQuery x2` reads two of them, `until close` to the end.
// `only gateway` or `only postgres` behind a step holds it with that server alone.
import { once } from 'node:events';
import { describeBackend } from './backend-text';
import { encodeFrontend } from './frontend-text';
import type { WireClient } from './wire-client';

export type Side = 'gateway' | 'postgres';

export interface Step {
  readonly kind: 'send' | 'until';
  /** The message that `until` waits for, and how many of them. */
  readonly last: string;
  readonly count: number;
  readonly only: Side | null;
  /** What is sent, or what has to come. */
  readonly lines: readonly string[];
}

export interface Conversation {
  readonly name: string;
  readonly only: Side | null;
  readonly steps: readonly Step[];
}

/** A session that is logged in. */
export interface Peer {
  readonly client: WireClient;
  send(bytes: Buffer): Promise<void>;
  /** Sends the session's CancelRequest on a connection of its own; resolves when the server has closed that. */
  cancel(): Promise<void>;
}

/** How long a server may be silent before the test calls it an answer. */
const SILENCE_LIMIT_MS = 15_000;

const HEADING = /^== (.*?)(?: \(only (gateway|postgres)\))?$/;
const STEP = /^(send|until)(?: ([A-Za-z]+)(?: x(\d+))?)??(?: only (gateway|postgres))?$/;

export function readTranscript(text: string): Conversation[] {
  const conversations: { name: string; only: Side | null; steps: Step[] }[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const heading = HEADING.exec(line);
    if (heading !== null) conversations.push({ name: heading[1]!, only: side(heading[2]), steps: [] });
    else if (line.startsWith('  ')) lines.push(line.slice(2));
    else conversations.at(-1)!.steps.push({ ...readStep(line), lines: (lines = []) });
  }
  return conversations;
}

function readStep(line: string): Omit<Step, 'lines'> {
  const match = STEP.exec(line);
  if (match === null) throw new Error(`no step of a transcript: ${line}`);
  const [, kind, last = '', count = '1', only] = match;
  return { kind: kind as Step['kind'], last, count: Number(count), only: side(only) };
}

function side(text: string | undefined): Side | null {
  return (text as Side | undefined) ?? null;
}

/** The conversation's steps on this side, with what really came in place of what should. */
export async function hold(conversation: Conversation, side: Side, peer: Peer): Promise<Step[]> {
  const held: Step[] = [];
  for (const step of stepsOn(conversation, side)) {
    if (step.kind === 'send') await send(step, peer);
    held.push(step.kind === 'send' ? step : { ...step, lines: await read(step, peer.client) });
    if (held.at(-1)!.lines.at(-1) === 'silence') return abandon(held, peer);
  }
  peer.client.send(encodeFrontend('Terminate'));
  const rest = await read({ last: 'close', count: 1 }, peer.client);
  if (rest.length > 1) held.push({ kind: 'until', last: 'close', count: 1, only: null, lines: rest });
  return held;
}

function abandon(held: Step[], { client }: Peer): Step[] {
  client.close();
  return held;
}

export function stepsOn({ steps }: Conversation, side: Side): Step[] {
  return steps.filter((step) => step.only === null || step.only === side);
}

async function send({ lines }: Step, peer: Peer): Promise<void> {
  if (lines[0] === 'CancelRequest') await peer.cancel();
  else await peer.send(Buffer.concat(lines.map(encodeFrontend)));
}

async function read({ last, count }: Pick<Step, 'last' | 'count'>, client: WireClient): Promise<string[]> {
  const lines: string[] = [];
  for (let left = count; left > 0;) {
    const line = await nextLine(client);
    lines.push(line);
    if (line === 'closed' || line === 'silence') break;
    if (line.split(' ')[0] === last) left--;
  }
  return lines;
}

async function nextLine(client: WireClient): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('silence'), SILENCE_LIMIT_MS);
  });
  const message = client.message().then((bytes) => (bytes === null ? 'closed' : describeBackend(bytes)));
  const line = await Promise.race([message, silence]);
  clearTimeout(timer);
  return line;
}

/** Writes in pieces of `size` bytes, each on its way before the next. */
export async function sendInPieces({ socket }: WireClient, bytes: Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    if (!socket.write(bytes.subarray(at, at + size))) await once(socket, 'drain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
