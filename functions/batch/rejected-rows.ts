// The full list of a batch's refused rows, kept beside its outcome: gzipped, one JSON object a line, with the row's item.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Body } from './body';
import type { RefusedRow } from './tally';

/** Lines go to the compressor in pieces of about this many characters. */
const PIECE_CHARACTERS = 256 * 1024;

/** `{"row", "key", "code", "message", "item"}` a line, in the unit's order. */
export async function encodeRejected(refused: readonly RefusedRow[], body: Body): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await pipeline(Readable.from(pieces(refused, body)), createGzip({ level: 1 }), async (gzipped) => {
    for await (const chunk of gzipped) chunks.push(chunk as Buffer);
  });
  return Buffer.concat(chunks);
}

function* pieces(refused: readonly RefusedRow[], body: Body): Generator<Buffer> {
  let piece = '';
  for (const row of refused) {
    piece += lineOf(row, body);
    if (piece.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}

/** The item stays as the client wrote it: its numbers are not read. */
function lineOf({ at, number, refusal }: RefusedRow, body: Body): string {
  const told = JSON.stringify({ row: number, key: body.keyOf(at), ...refusal });
  return `${told.slice(0, -1)},"item":${body.textOf(at)}}\n`;
}
