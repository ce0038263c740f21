import { compareContents } from './contents';
import { startProgress } from './progress';
import { describeResults, isWhole, type Result } from './report';

const sent = new Map([
  ['a', '1'],
  ['b', '2'],
]);

function resultOf(found: ReadonlyMap<string, string>, count = found.size): Result {
  const comparison = compareContents(sent, found);
  return { name: 'events', way: 'COPY, text', sent: sent.size, found: count, seconds: 0.001, comparison };
}

test('a result is whole where CDF has all rows with their values and no others', () => {
  expect(isWhole(resultOf(sent))).toBe(true);
  expect(isWhole(resultOf(new Map([['a', '1']])))).toBe(false);
  expect(isWhole(resultOf(new Map([...sent, ['b', '3']])))).toBe(false);
  expect(isWhole(resultOf(new Map([...sent, ['c', '3']])))).toBe(false);
  expect(isWhole(resultOf(sent, 3))).toBe(false);
});

test('the table has a line for each kind, and a verdict', () => {
  const lines = describeResults([resultOf(sent)]).split('\n');

  expect(lines).toEqual([
    '',
    '  kind    way         sent  found in CDF  equal  rows/s',
    '  ------  ----------  ----  ------------  -----  ------',
    '  events  COPY, text     2             2      2   2 000',
    '',
    'CDF has every row, with the values that were sent.',
    '',
  ]);
});

test('what differs is told below the table', () => {
  const text = describeResults([resultOf(new Map([['a', '7']]))]);

  expect(text).toContain(
    'events: CDF has 1 rows where 2 were sent; 1 missing, 1 different, 0 never sent\n' +
      '  "a" was sent as 1, in CDF it is 7\n' +
      '  "b" is missing in CDF\n',
  );
  expect(text).toContain('CDF does not have what was sent: events.');
});

describe('progress', () => {
  const write = (isTTY: boolean, now: () => number) => {
    let text = '';
    const output = { isTTY, write: (piece: string) => (text += piece) };
    const progress = startProgress('events', 2_000, output, now);
    progress.advance(500);
    progress.advance(500);
    progress.advance(1_000);
    progress.finish(0.5);
    return text;
  };

  test('is a bar on a terminal, drawn again but not for every piece', () => {
    const drawn = write(true, () => 0).split('\r\u001b[2K');

    expect(drawn.slice(1)).toEqual([
      '  events               [------------------------------] 0 of 2 000 rows',
      '  events               [##############################] sent, CDF is writing',
      '  events               2 000 rows in 0.50 s\n',
    ]);
  });

  test('is one plain line elsewhere', () => {
    expect(write(false, () => 0)).toBe('  events               2 000 rows in 0.50 s\n');
  });
});
