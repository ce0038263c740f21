// The payload of a batch: the gzipped body, which is sent as it is, and the gzipped index of row numbers behind it.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Batch } from '../../shared/batch';
import { decodeRowNumbers } from '../../shared/batch-index';
import type { Body } from './body';
import { openDatapointBody } from './datapoint-body';
import type { JsonBody } from './json-body';
import { openJsonBody } from './json-body';

/** Bodies are cut to 8 MiB or so before they are compressed; what unpacks to more than this is not ours. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;
/** As server/ingest does: a fifth of the time of level 6 for a body a tenth larger. */
const GZIP = { level: 1 } as const;

const compressBytes = promisify(gzip) as (bytes: Uint8Array, options: typeof GZIP) => Promise<Buffer>;
const unpackBytes = promisify(gunzip) as (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
) => Promise<Buffer>;

export function compress(bytes: Uint8Array): Promise<Buffer> {
  return compressBytes(bytes, GZIP);
}

/** The gzipped body, as CDF takes it. */
export function bodyPart(batch: Batch, payload: Buffer): Buffer {
  return payload.subarray(0, batch.bodyBytes);
}

/** Throws RangeError or SyntaxError where the body is no such body. */
export async function openJsonPayload(batch: Batch, payload: Buffer): Promise<JsonBody> {
  return openJsonBody(await unpack(bodyPart(batch, payload)));
}

export async function openDatapointPayload(batch: Batch, payload: Buffer): Promise<Body> {
  return openDatapointBody(await unpack(bodyPart(batch, payload)));
}

/** As what the header says that it is. */
export function openPayload(batch: Batch, payload: Buffer): Promise<Body> {
  const isProtobuf = batch.contentType === 'application/protobuf';
  return isProtobuf ? openDatapointPayload(batch, payload) : openJsonPayload(batch, payload);
}

/** For each row of the body its number in the commit unit, from 1. */
export async function readRowNumbers(batch: Batch, payload: Buffer): Promise<Int32Array> {
  return decodeRowNumbers(await unpack(payload.subarray(batch.bodyBytes)), batch.rows);
}

function unpack(bytes: Uint8Array): Promise<Buffer> {
  return unpackBytes(bytes, { maxOutputLength: MAX_BODY_BYTES });
}
