// Decodes a DataPointInsertionRequest, the protobuf body of POST /timeseries/data, into columns.
// Field numbers: cognitedata/protobuf-files v1/timeseries.
import type { JsonObject } from '../call';
import { readPoints } from './decode-points';
import type { Points } from './points';
import { DELIMITED, ProtobufReader, VARINT, malformed } from './protobuf-reader';

export interface InsertionItem {
  /** {id}, {externalId} or {instanceId}, as JSON has it; not checked yet. */
  readonly reference: JsonObject;
  /** null where the item says neither numeric nor string. */
  readonly points: Points | null;
}

const ITEMS = (1 << 3) | DELIMITED;
const ID = (1 << 3) | VARINT;
const EXTERNAL_ID = (2 << 3) | DELIMITED;
const NUMERIC = (3 << 3) | DELIMITED;
const STRING = (4 << 3) | DELIMITED;
const INSTANCE_ID = (5 << 3) | DELIMITED;
const SPACE = (1 << 3) | DELIMITED;

/** Throws 400 for what is no such message, or holds a point out of range. */
export function decodeInsertion(body: Buffer): InsertionItem[] {
  const reader = new ProtobufReader(body);
  const items: InsertionItem[] = [];
  while (reader.offset < body.length) {
    const tag = reader.varint();
    if (tag === ITEMS) items.push(readItem(reader, reader.delimited(body.length), items.length));
    else reader.skip(tag, body.length);
  }
  return items;
}

/** Of a oneof the last field counts. */
function readItem(reader: ProtobufReader, end: number, index: number): InsertionItem {
  let reference: JsonObject = {};
  let points: Points | null = null;
  while (reader.offset < end) {
    const tag = reader.varint();
    if (tag === ID) reference = { id: reader.varint() };
    else if (tag === EXTERNAL_ID) reference = { externalId: reader.text(end) };
    else if (tag === INSTANCE_ID) reference = { instanceId: readInstanceId(reader, reader.delimited(end)) };
    else if (tag === NUMERIC || tag === STRING)
      points = readPoints(reader, reader.delimited(end), {
        kind: tag === NUMERIC ? 'numeric' : 'string',
        where: `request.items[${index}]`,
      });
    else reader.skip(tag, end);
  }
  if (reader.offset !== end) throw malformed();
  return { reference, points };
}

function readInstanceId(reader: ProtobufReader, end: number): JsonObject {
  let space = '';
  let externalId = '';
  while (reader.offset < end) {
    const tag = reader.varint();
    if (tag === SPACE) space = reader.text(end);
    else if (tag === EXTERNAL_ID) externalId = reader.text(end);
    else reader.skip(tag, end);
  }
  return { space, externalId };
}
