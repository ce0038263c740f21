// What the check of infra/ finds: one line each, in the form that editors jump to.

export interface Report {
  /** Relative to the folder that is checked. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Name of the rule, kebab-case. */
  readonly rule: string;
  readonly message: string;
}

export function formatReport({ file, line, rule, message }: Report): string {
  return `${file}:${line}: ${rule}: ${message}`;
}

/** By file, line, rule, so that two runs say the same. */
export function sortReports(reports: readonly Report[]): Report[] {
  const key = ({ file, line, rule, message }: Report) =>
    `${file}\0${String(line).padStart(6, '0')}\0${rule}\0${message}`;
  return [...reports].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The name that was probably meant, as the end of a message; empty where none is near. */
export function didYouMean(name: string, names: Iterable<string>): string {
  let best = '';
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const found = distance(name.toLowerCase(), candidate.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best === '' ? '' : `; did you mean "${best}"?`;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
