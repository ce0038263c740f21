// Cuts the text of a date or time into fields, as PostgreSQL does (its documentation, B.1 "Date/Time Input Interpretation").
// The slow way: what timestamps.ts does not read at fixed places comes here.

type FieldKind = 'date' | 'time' | 'number' | 'word' | 'zone' | 'signed-word';

export interface Field {
  readonly kind: FieldKind;
  /** In lower case. */
  readonly text: string;
}

/** Why a text is no date and time; timestamps.ts puts it into PostgreSQL's words. */
export class DateTimeFault extends Error {
  constructor(
    readonly reason: 'format' | 'range' | 'month-or-day' | 'displacement' | 'zone',
    /** The zone that is not known. */
    readonly zone = '',
  ) {
    super(reason);
  }
}

const MAX_FIELDS = 25;
/** Longer texts are refused before they are looked at. */
const MAX_CHARACTERS = 128;
const SPACE = /[ \t\n\v\f\r]*/y;
const TIME = /\d+:[\d:.]*/y;
/** 2024-01-02, 1/2, 02-jan-2024, 2024.01.02, 030405-08; or, with one point, a number. */
const DATE = /\d+([-/.])(?:\d+(?:\1(?:\d|\1)*)?|(?:[a-z0-9]|\1)*)/y;
const NUMBER = /\d+|\.\d*/y;
const WORD = /[a-z]+/y;
/** A date that begins with a month, or the name of a zone. */
const WORD_DATE = /[-+/_.:a-z0-9]*/y;
const ZONE = /([-+])[ \t\n\v\f\r]*(\d[\d:.-]*)/y;
const SIGNED_WORD = /([-+])[ \t\n\v\f\r]*([a-z]+)/y;
const PUNCTUATION = /[!-/:-@[-`{-~]/y;

/** `isWord` tells which words mean something to a date: `jan5` is two fields then, and not the name of a zone. */
export function cutFields(text: string, isWord: (word: string) => boolean): Field[] {
  if (text.length > MAX_CHARACTERS) throw new DateTimeFault('format');
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const fields: Field[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(lower);
    if (match !== null) at += match[0].length;
    return match;
  };
  for (take(SPACE); at < lower.length; take(SPACE)) {
    const field = takeField(
      take,
      (from) => lower.charAt(from),
      () => at,
      isWord,
    );
    if (field === null && take(PUNCTUATION) === null) throw new DateTimeFault('format');
    if (field !== null && fields.push(field) > MAX_FIELDS) throw new DateTimeFault('format');
  }
  return fields;
}

type Take = (pattern: RegExp) => RegExpExecArray | null;

function takeField(
  take: Take,
  charAt: (at: number) => string,
  position: () => number,
  isWord: (word: string) => boolean,
): Field | null {
  const time = take(TIME);
  if (time !== null) return { kind: 'time', text: time[0] };
  const date = take(DATE);
  if (date !== null) return { kind: /^\d+\.\d+$/.test(date[0]) ? 'number' : 'date', text: date[0] };
  const number = take(NUMBER);
  if (number !== null) return { kind: 'number', text: number[0] };
  const zone = take(ZONE);
  if (zone !== null) return { kind: 'zone', text: zone[1]! + zone[2]! };
  const signed = take(SIGNED_WORD);
  if (signed !== null) return { kind: 'signed-word', text: signed[1]! + signed[2]! };
  if (/[-+]/.test(charAt(position()))) throw new DateTimeFault('format');
  const word = take(WORD);
  if (word === null) return null;
  const next = charAt(position());
  const goesOn = /[-/.]/.test(next) || (/[+\d]/.test(next) && !isWord(word[0]));
  return goesOn ? { kind: 'date', text: word[0] + take(WORD_DATE)![0] } : { kind: 'word', text: word[0] };
}
