// Whether an item refers to something that CDF misses: its data set, its parent, an asset, a label.
import { identityOf } from './body';
import type { Item } from './json-body';

const REFERENCE = /(?:Id|Ids|labels|securityCategories)$/;

/** `missing`: identities (see identityOf). The item's own externalId counts only where it names another resource. */
export function refersTo(item: Item, missing: ReadonlySet<string>, isOwnKey: boolean): boolean {
  return Object.entries(item).some(([property, value]) => {
    if (property === 'externalId' ? isOwnKey : !REFERENCE.test(property)) return false;
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.some((one) => missing.has(identityOfValue(one) ?? ''));
  });
}

function identityOfValue(value: unknown): string | null {
  if (typeof value === 'string') return identityOf({ externalId: value });
  if (typeof value === 'number') return identityOf({ id: value });
  return typeof value === 'object' && value !== null ? identityOf(value as Item) : null;
}
