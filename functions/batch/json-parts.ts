// JSON texts taken apart into the texts of their members: what is put together anew keeps its numbers beyond 2^53 and
// everything else as it was written. For texts that a server has written: they are not checked again.
import { payloadDamaged } from './failure';

/** The members of an object, by name; of a repeated name the last. Rejects other texts with BatchFailedError. */
export function membersOf(object: string): Map<string, string> {
  const members = new Map<string, string>();
  for (const part of partsOf(object, '{')) {
    const quote = part.indexOf('"');
    const end = endOfString(part, quote);
    const name: unknown = JSON.parse(part.slice(quote, end + 1));
    members.set(String(name), part.slice(part.indexOf(':', end) + 1).trim());
  }
  return members;
}

/** The elements of a list. */
export function elementsOf(list: string): string[] {
  return partsOf(list, '[').map((part) => part.trim());
}

export function objectOf(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

const DEPTHS: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 };

/** What stands between the outermost commas. */
function partsOf(text: string, open: '{' | '['): string[] {
  let start = text.search(/\S/) + 1;
  if (text[start - 1] !== open) throw payloadDamaged();
  const parts: string[] = [];
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') at = endOfString(text, at);
    else depth += DEPTHS[character] ?? 0;
    if (depth === 0 || (depth === 1 && character === ',')) {
      const part = text.slice(start, at);
      // Only an empty object or list has an empty part.
      if (part.trim() !== '') parts.push(part);
      if (depth === 0) return parts;
      start = at + 1;
    }
  }
  throw payloadDamaged();
}

function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
