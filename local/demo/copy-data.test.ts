import fc from 'fast-check';
import { defaultCopyOptions } from '../../server/ingest/decode/copy-options';
import { copyBySluice } from '../../tests/support/copy-oracle';
import { csvLine, type Field, piecesOf, textLine } from './copy-data';

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
const separators = fc.constantFrom('\t', '\n', '\r', '\r\n', '\\', '\\N', '\\.', '"', ',', "'", '');
const field: fc.Arbitrary<Field> = fc.oneof(text, separators, fc.constant(null));
const rows = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 20 });

test.each([
  ['text', textLine],
  ['csv', csvLine],
] as const)('what is written as COPY data in %s is read back the same', (format, line) => {
  fc.assert(
    fc.property(rows, (given) => {
      const bytes = Buffer.concat([...piecesOf(given.map(line))].map((piece) => piece.bytes));

      expect(copyBySluice(['a', 'b'], defaultCopyOptions(format), bytes)).toEqual({ rows: given });
    }),
  );
});

test('pieces are of bounded size, and have all lines', () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i} of the stream\n`);

  const pieces = [...piecesOf(lines)];

  expect(pieces.length).toBeGreaterThan(1);
  expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThan(70_000);
  expect(pieces.reduce((sum, piece) => sum + piece.rows, 0)).toBe(lines.length);
  expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe(lines.join(''));
});
