import fc from 'fast-check';
import { aDatapointBatch } from '../../tests/support/write-batch';
import type { Body } from './body';
import { allRows } from './body';
import { openDatapointBody } from './datapoint-body';
import { joinItems, openJsonBody } from './json-body';
import { openDatapointPayload, openJsonPayload, readRowNumbers } from './payload';

const chosen = (count: number) => fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1 });
const rows = (list: readonly number[]) => Uint32Array.from(list).sort();

/** Halves until single rows are left; these must be all of them, in order. */
function singles(body: Body, part: Uint32Array): number[] {
  if (part.length < 2) return [...part];
  return body.halve(part).flatMap((half) => {
    expect(half.length).toBeGreaterThan(0);
    return singles(body, half);
  });
}

describe('a JSON body', () => {
  const json = fc
    .json({ maxDepth: 3 })
    .map((text) => `{"key":${JSON.stringify(text)},"columns":{"}],\\"{":${text}}}`);

  test('gives back any of its items byte for byte', () => {
    fc.assert(
      fc.property(
        fc
          .array(json, { minLength: 1, maxLength: 20 })
          .chain((items) => fc.tuple(fc.constant(items), chosen(items.length))),
        ([items, list]) => {
          const body = openJsonBody(joinItems(items.map((item) => Buffer.from(item))));

          expect(body.rows).toBe(items.length);
          const wanted = [...rows(list)].map((row) => items[row]).join(',');
          expect(body.encode(rows(list)).toString()).toBe(`{"items":[${wanted}]}`);
          expect(body.keyOf(0)).toBe((JSON.parse(items[0]!) as { key: string }).key);
        },
      ),
    );
  });

  test('keeps numbers and keys that JSON.parse would not', () => {
    const text = '{"items":[{"key":"a","columns":{"n":12345678901234567890.10,"n":1e400}}]}';

    expect(openJsonBody(Buffer.from(text)).encode(allRows(1)).toString()).toBe(text);
  });

  test('halves into single rows', () => {
    const body = openJsonBody(joinItems(Array.from({ length: 7 }, () => Buffer.from('{}'))));

    expect(singles(body, allRows(7))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('a data point body', () => {
  const point: fc.Arbitrary<[number, number | string]> = fc.tuple(
    fc.integer({ min: -2_208_988_800_000, max: 4_102_444_799_999 }),
    fc.double({ noNaN: true }),
  );
  const text: fc.Arbitrary<[number, number | string]> = fc.tuple(
    fc.nat(),
    fc.string({ unit: 'grapheme' }).map((value) => `s${value}`),
  );
  const seriesOf = (of: fc.Arbitrary<[number, number | string]>) =>
    fc.dictionary(
      fc.string({ minLength: 1, unit: 'grapheme' }).map((key) => `k${key}`),
      fc.array(of, { minLength: 1, maxLength: 5 }),
      { minKeys: 1, maxKeys: 8 },
    );

  const open = (series: Readonly<Record<string, readonly (readonly [number, number | string])[]>>) => {
    const batch = aDatapointBatch(series);
    const payload =
      batch.payload.place === 'message' ? Buffer.from(batch.payload.base64, 'base64') : Buffer.alloc(0);
    return openDatapointPayload(batch, payload);
  };

  test('gives back all of it byte for byte, and any part as if it had been written alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(seriesOf(point), seriesOf(text)),
        fc.infiniteStream(fc.boolean()),
        async (series, picks) => {
          const all = Object.entries(series).flatMap(([key, list]) => list.map((one) => ({ key, one })));
          const body = await open(series);
          expect(body.rows).toBe(all.length);
          expect(all.map((_, row) => body.keyOf(row))).toEqual(all.map(({ key }) => key));

          const list = all.map((_, row) => row).filter((row) => row === 0 || picks.next().value);
          const part: Record<string, [number, number | string][]> = {};
          for (const row of list) (part[all[row]!.key] ??= []).push(all[row]!.one);
          const alone = await open(part);
          expect(body.encode(rows(list)).equals(alone.encode(allRows(list.length)))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('halves between series first', async () => {
    const body = await open({
      a: [
        [1, 1],
        [2, 2],
      ],
      b: [[1, 1]],
      c: [
        [1, 1],
        [2, 2],
      ],
    });

    expect(body.halve(allRows(5)).map((half) => [...half])).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    expect(singles(body, allRows(5))).toEqual([0, 1, 2, 3, 4]);
  });

  test('never reads what is no such body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          openDatapointBody(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

test('the payload holds body and row numbers side by side', async () => {
  const batch = aDatapointBatch({ a: [[1, 1]], b: [[2, 2]] });
  const payload =
    batch.payload.place === 'message' ? Buffer.from(batch.payload.base64, 'base64') : Buffer.alloc(0);

  expect([...(await readRowNumbers(batch, payload))]).toEqual([1, 2]);
  await expect(openJsonPayload({ ...batch, bodyBytes: 3 }, payload)).rejects.toThrow();
});
