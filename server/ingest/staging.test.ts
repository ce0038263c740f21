import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { CutBatch } from './rows';
import { type StagedBatch, Staging } from './staging';

const HEADER = {
  version: 1,
  unit: 'u',
  number: 1,
  username: 'ada',
  table: 'events',
  columns: ['type'],
  onConflict: { action: 'update' },
  rows: 2,
  contentType: 'application/json',
} as const;

function cut(body: Buffer): CutBatch {
  return { lane: 0, body, contentType: 'application/json', rowNumbers: Int32Array.of(1, 2) };
}

/** Uploads that end when they are told to. */
function aStaging() {
  const uploads: { name: string; payload: Buffer; end(error?: Error): void }[] = [];
  const removed: string[] = [];
  const staged: StagedBatch[] = [];
  const stage = (name: string, payload: Buffer) =>
    new Promise<void>((resolve, reject) => {
      uploads.push({ name, payload, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  const staging = new Staging(stage, (name) => Promise.resolve(void removed.push(name)));
  const add = (number: number, body: Buffer) =>
    staging.add(cut(body), { ...HEADER, number }, (batch) => staged.push(batch));
  const uploading = async (count: number) => {
    while (uploads.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { staging, add, uploads, removed, staged, uploading };
}

/** Does not get smaller by gzip. */
const LARGE = randomBytes(40_000);

describe('staging', () => {
  it('puts a small body into the message', async () => {
    const { staging, add, staged } = aStaging();

    add(1, Buffer.from('{"items":[]}'));
    await staging.settle();

    const { payload, bodyBytes } = staged[0]!;
    if (payload.place !== 'message') throw new Error('it is in a blob');
    const bytes = Buffer.from(payload.base64, 'base64');
    expect(gunzipSync(bytes.subarray(0, bodyBytes)).toString()).toBe('{"items":[]}');
  });

  it('puts a large one into a blob named after unit and number', async () => {
    const { staging, add, staged, uploads, uploading } = aStaging();

    add(7, LARGE);
    await uploading(1);
    uploads[0]!.end();
    await staging.settle();

    expect(uploads[0]!.name).toBe('u/7');
    expect(staged[0]).toMatchObject({ number: 7, payload: { place: 'blob', name: 'u/7' } });
    expect(gunzipSync(uploads[0]!.payload.subarray(0, staged[0]!.bodyBytes))).toEqual(LARGE);
  });

  it('keeps no more than 1 MiB of one unit for messages', async () => {
    const { staging, add, staged, uploads, uploading } = aStaging();
    const count = 80; // of 20 kB each

    for (let number = 1; number <= count; number++) add(number, randomBytes(20_000));
    await uploading(1);
    const ending = setInterval(() => uploads.splice(0).forEach(({ end }) => end()), 0);
    await staging.settle();
    clearInterval(ending);

    const inline = staged.filter(({ payload }) => payload.place === 'message');
    expect(staged).toHaveLength(count);
    expect(inline.length).toBeGreaterThan(40);
    expect(inline.length).toBeLessThanOrEqual(52);
  });

  it('is behind with three uploads under way, and settles down to a number', async () => {
    const { staging, add, uploads, uploading } = aStaging();
    for (let number = 1; number <= 3; number++) add(number, LARGE);
    await uploading(3);

    expect(staging.isBehind).toBe(true);
    const settled = staging.settle(1);
    uploads[0]!.end();
    uploads[2]!.end();
    await settled;

    expect(staging.isBehind).toBe(false);
    uploads[1]!.end();
    await staging.settle();
  });

  it('tells a failed upload once, at the next settle', async () => {
    const { staging, add, staged, uploads, uploading } = aStaging();
    add(1, LARGE);
    await uploading(1);

    uploads[0]!.end(new Error('no storage'));

    await expect(staging.settle()).rejects.toThrow('no storage');
    await staging.settle();
    expect(staged).toEqual([]);
  });

  it('discards blobs, and nothing of what travels in messages', () => {
    const { staging, removed } = aStaging();
    const batch = { ...HEADER, bodyBytes: 1 };

    staging.discard([
      { ...batch, payload: { place: 'blob', name: 'u/1' } },
      { ...batch, payload: { place: 'message', base64: '' } },
    ]);

    expect(removed).toEqual(['u/1']);
  });
});
