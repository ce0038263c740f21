// Writes nodes and edges of a data model: an upsert by space and external id, and a transaction, so a request may be
// repeated. CDF answers 409 where others write to the same instances at this moment: that passes.
import type { Rows } from './body';
import { allRows, cutRows, identityOf, partRows } from './body';
import type { Job } from './job';
import { gzipOf, once, requestOf, workOffPorts } from './job';
import type { Item, JsonBody } from './json-body';
import { compress, openJsonPayload } from './payload';
import { itemsOf } from './reference-cache';
import type { Task } from './work-off';
import { workOff } from './work-off';

const PATH = '/models/instances';
const contentType = 'application/json';
/** CDF's limit of a request. */
const MAX_ITEMS = 1000;

type Send = (rows: Rows, body: JsonBody) => Promise<void>;

/** INSERT, COPY. */
export function writeInstances(job: Job): Promise<void> {
  const { tally, batch } = job;
  return inParts(job, async (rows, body) => {
    if (batch.onConflict.action === 'nothing') return insertMissing(job, rows, body);
    await upsert(job, rows, body);
    tally.write(rows.length);
  });
}

/** UPDATE: sets the named properties of instances that CDF has. */
export function updateInstances(job: Job): Promise<void> {
  const { tally } = job;
  return inParts(job, async (rows, body) => {
    const known = await readInstances(job, rows, body);
    const [there, gone] = partRows(rows, (row) => known.has(body.identityOf(row) ?? ''));
    for (const row of there) completeEdge(body, row, known.get(body.identityOf(row) ?? '') ?? {});
    if (there.length > 0) await upsert(job, there, body);
    tally.write(there.length);
    tally.affect(gone, () => 0);
  });
}

/** DELETE: CDF names what it has deleted; what it does not have it leaves out. */
export function deleteInstances(job: Job): Promise<void> {
  const { tally, batch } = job;
  return inParts(job, async (rows, body) => {
    const gzip = await gzipOf(job, rows, () => Promise.resolve(body));
    const request = { path: `${PATH}/delete`, gzip, contentType: batch.contentType };
    const answer = await job.send({ ...request, isConflictPassing: true }, true);
    const deleted = new Set(itemsOf(answer).map(identityOf));
    tally.affect(rows, (row) => (deleted.has(body.identityOf(row)) ? 1 : 0));
  });
}

async function inParts(job: Job, send: Send): Promise<void> {
  const open = once(job.batch, () => openJsonPayload(job.batch, job.payload));
  const body = await open();
  const task = (rows: Rows): Task<JsonBody> => ({
    rows,
    send: (part) => send(part, body),
    answer: () => null,
  });
  await workOff(cutRows(allRows(job.batch.rows), MAX_ITEMS).map(task), open, workOffPorts(job));
}

/** `more`: flags besides those that the table declares. */
async function upsert(job: Job, rows: Rows, body: JsonBody, more: Item = {}): Promise<unknown> {
  const { autoCreateDirectRelations, autoCreateStartNodes, autoCreateEndNodes } = requestOf(job, 'instances');
  const flags = { autoCreateDirectRelations, autoCreateStartNodes, autoCreateEndNodes, ...more };
  const encoded = body.encode(rows);
  // `{"items":[...]}` with the flags before it.
  const head = Buffer.from(`${JSON.stringify(flags).slice(0, -1)},`);
  const gzip = await compress(Buffer.concat([head, encoded.subarray(1)]));
  return job.send({ path: PATH, gzip, contentType, isConflictPassing: true }, true);
}

/** DO NOTHING: version 0 stands for an instance that is not there; CDF skips the others and calls them not modified. */
async function insertMissing(job: Job, rows: Rows, body: JsonBody): Promise<void> {
  for (const row of rows) addMembers(body, row, { existingVersion: 0 });
  const answer = await upsert(job, rows, body, { skipOnVersionConflict: true });
  const written = itemsOf(answer).filter(({ wasModified }) => wasModified === true);
  const created = new Set(written.map(identityOf));
  job.tally.affect(rows, (row) => (created.has(body.identityOf(row)) ? 1 : 0));
}

/** CDF's instances of these rows, by identity. */
async function readInstances(job: Job, rows: Rows, body: JsonBody): Promise<Map<string, Item>> {
  const items = Array.from(rows, (row) => {
    const { instanceType, space, externalId } = body.itemOf(row);
    return { instanceType, space, externalId };
  });
  const gzip = await compress(Buffer.from(JSON.stringify({ items })));
  const answer = await job.send({ path: `${PATH}/byids`, gzip, contentType, reads: job.table.acl }, true);
  return new Map(itemsOf(answer).map((item) => [identityOf(item) ?? '', item]));
}

/** CDF wants type and both nodes of an edge with each write; an UPDATE that does not set them keeps those that it has. */
function completeEdge(body: JsonBody, row: number, has: Item): void {
  const item = body.itemOf(row);
  if (item['instanceType'] !== 'edge') return;
  const wanted = ['type', 'startNode', 'endNode'].filter((name) => item[name] === undefined);
  addMembers(body, row, Object.fromEntries(wanted.map((name) => [name, has[name]])));
}

/** Before the others, which stay as they were written: JavaScript does not hold every number of CDF's. */
function addMembers(body: JsonBody, row: number, members: Item): void {
  const added = JSON.stringify(members);
  if (added === '{}') return;
  body.replace(
    row,
    { ...members, ...body.itemOf(row) },
    `${added.slice(0, -1)},${body.textOf(row).slice(1)}`,
  );
}
