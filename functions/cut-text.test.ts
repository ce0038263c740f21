import { CdfError, readRefusal } from './cdf/cdf-error';
import { cutText } from './cut-text';

test.each([
  ['short', 10, 'short'],
  ['a😀b', 4, 'a😀b'],
  ['a😀b', 3, 'a😀'],
  ['a😀b', 2, 'a'],
  ['a\ud83d', 5, 'a\ufffd'],
  ['\ude00b', 5, '\ufffdb'],
  ['', 5, ''],
])('%j cut to %i units is %j', (text, characters, cut) => {
  expect(cutText(text, characters)).toBe(cut);
});

test('a message of CDF is cut between characters', () => {
  const message = `${'x'.repeat(999)}😀 and more`;

  expect(new CdfError(message, { status: 400 }).message).toBe('x'.repeat(999));
  expect(readRefusal({ status: 400, headers: {}, data: '{"error":{"message":"\\ud83d"}}' }).message).toBe(
    '\ufffd',
  );
});
