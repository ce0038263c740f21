import { quoteLiteral } from './quote';

test('a text with NUL neither ends the statement nor breaks out of its quotes', () => {
  expect(quoteLiteral(`a\0'\0'b`)).toBe(`'a''''b'`);
});
