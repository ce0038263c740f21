// The words that PostgreSQL knows in a date and time, in lower case.

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const LONG_MONTHS =
  'january february march april may june july august september october november december'.split(' ');
export const WEEKDAYS = new Set(
  'sun sunday mon monday tue tues tuesday wed wednesday weds thu thur thurs thursday fri friday sat saturday'.split(
    ' ',
  ),
);
export const SPECIAL = new Set([
  'now',
  'today',
  'tomorrow',
  'yesterday',
  'allballs',
  'epoch',
  'infinity',
  '-infinity',
  '+infinity',
]);
export const MARKS = new Set(['at', 'on', 'ad', 'bc', 'am', 'pm', 'dst', 't', 'j', 'jd', 'julian']);
/** Words of intervals: known, and never part of a date. */
export const UNITS = new Set([
  'd',
  'dow',
  'doy',
  'h',
  'isodow',
  'isoyear',
  'm',
  'mm',
  's',
  'y',
  'mon',
  'sec',
]);
/** PostgreSQL compares words by so many letters. */
export const WORD_LETTERS = 10;

/** Does the word mean something to a date or an interval? */
export function isWord(word: string): boolean {
  return monthOf(word) > 0 || WEEKDAYS.has(word) || SPECIAL.has(word) || MARKS.has(word) || UNITS.has(word);
}

/** 1 to 12; 0 for what is no month. */
export function monthOf(word: string): number {
  const short = MONTHS.indexOf(word);
  if (short >= 0) return short + 1;
  return word === 'sept' ? 9 : LONG_MONTHS.indexOf(word) + 1;
}
