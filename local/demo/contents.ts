// What was sent and what CDF has, as texts by key, and what differs between the two.

/** A canonical text of the values by the row's key. */
export type Contents = ReadonlyMap<string, string>;

export interface Comparison {
  readonly equal: number;
  readonly missing: number;
  readonly different: number;
  /** In CDF, but never sent. */
  readonly unexpected: number;
  /** A sentence each about the first few that differ. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 5;
const MAX_SHOWN_CHARACTERS = 200;

export function compareContents(sent: Contents, found: Contents): Comparison {
  const counts = { equal: 0, missing: 0, different: 0, unexpected: 0 };
  const examples: string[] = [];
  const differ = (kind: 'missing' | 'different' | 'unexpected', sentence: () => string): void => {
    counts[kind]++;
    if (examples.length < MAX_EXAMPLES) examples.push(sentence());
  };
  for (const [key, value] of sent) {
    const has = found.get(key);
    if (has === value) counts.equal++;
    else if (has === undefined) differ('missing', () => `${shown(key)} is missing in CDF`);
    else differ('different', () => `${shown(key)} was sent as ${cut(value)}, in CDF it is ${cut(has)}`);
  }
  for (const key of found.keys())
    if (!sent.has(key)) differ('unexpected', () => `${shown(key)} is in CDF and was not sent`);
  return { ...counts, examples };
}

/** JSON with the names of each object in order and without undefined: equal values have equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

/** Adds an entry; two rows of one key would hide a difference. */
export function addEntry(contents: Map<string, string>, key: string, value: string): void {
  if (contents.has(key)) throw new Error(`the key ${shown(key)} comes twice`);
  contents.set(key, value);
}

function shown(key: string): string {
  return cut(JSON.stringify(key));
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}...`;
}
