// Text that goes wrong wherever a program quotes by hand: it travels in every kind of row that the demo loads.

const AWKWARD = [
  "it's \"quoted\", 'twice'",
  'C:\\temp\\new\\table \\N \\. \\x41',
  'tab\there, line\nbreak, carriage\rreturn\r\n',
  'æøå ÄÖÜ ß Ελληνικά 日本語 עברית',
  '🚰 💧 👩‍🔧 (a person of three code points)',
  '{"json": ["in", "text"], "n": 1e3, "null": null}',
  'a,b;c|d $1 $$ %s ? -- no comment /* none */',
  '  blanks around  ',
] as const;

export function awkwardText(i: number): string {
  return AWKWARD[i % AWKWARD.length]!;
}
