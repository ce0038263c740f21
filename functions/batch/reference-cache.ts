// CDF's ids of assets and data sets by external id, so that a load that names the same few again and again asks once.
// They are kept for each user on its own: what one may see another may not.
import type { Column } from '../../shared/tables/table';
import { compress } from './payload';
import type { Send } from './sender';

export type Resource = NonNullable<Column['refersTo']>;

export interface Found {
  readonly ids: ReadonlyMap<string, number>;
  /** Some of them were known from before: what they name may have been deleted and made anew since. */
  readonly cached: ReadonlySet<string>;
}

/** Those external ids that CDF has. `isFresh`: known ones are forgotten and asked for again. */
export type LookUp = (
  resource: Resource,
  externalIds: ReadonlySet<string>,
  isFresh: boolean,
) => Promise<Found>;

/** About 200 bytes each. */
export const MAX_CACHED_REFERENCES = 50_000;
/** An asset that is deleted and made anew has another id: CDF then says so, mostly, and the id is asked for again. */
const MAX_AGE_MS = 10 * 60_000;
/** CDF's limit of byids. */
const MAX_IDS = 1000;

const ACLS: Readonly<Record<Resource, string>> = { '/assets': 'assetsAcl', '/datasets': 'datasetsAcl' };

interface Entry {
  readonly id: number;
  readonly foundTime: number;
}

export class ReferenceCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly now: () => number) {}

  /** `owner`: project and user. What is not there is asked for with `send`. */
  of(owner: string, send: Send): LookUp {
    return async (resource, externalIds, isFresh) => {
      const nameOf = (externalId: string) => JSON.stringify([owner, resource, externalId]);
      const ids = new Map<string, number>();
      const unknown: string[] = [];
      for (const externalId of externalIds) {
        const id = isFresh ? this.forget(nameOf(externalId)) : this.find(nameOf(externalId));
        if (id === null) unknown.push(externalId);
        else ids.set(externalId, id);
      }
      const cached = new Set(ids.keys());
      for (const [externalId, id] of await ask(send, resource, unknown)) {
        ids.set(externalId, id);
        this.keep(nameOf(externalId), id);
      }
      return { ids, cached };
    };
  }

  private find(name: string): number | null {
    const entry = this.entries.get(name);
    if (entry === undefined) return null;
    this.entries.delete(name);
    if (this.now() - entry.foundTime > MAX_AGE_MS) return null;
    this.entries.set(name, entry);
    return entry.id;
  }

  private forget(name: string): null {
    this.entries.delete(name);
    return null;
  }

  /** The least recently used goes first. */
  private keep(name: string, id: number): void {
    this.entries.set(name, { id, foundTime: this.now() });
    if (this.entries.size > MAX_CACHED_REFERENCES)
      this.entries.delete(this.entries.keys().next().value ?? name);
  }
}

async function ask(
  send: Send,
  resource: Resource,
  externalIds: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let at = 0; at < externalIds.length; at += MAX_IDS) {
    const items = externalIds.slice(at, at + MAX_IDS).map((externalId) => ({ externalId }));
    const gzip = await compress(Buffer.from(JSON.stringify({ items, ignoreUnknownIds: true })));
    const request = { path: `${resource}/byids`, gzip, contentType: 'application/json' } as const;
    const answer = await send({ ...request, reads: ACLS[resource] }, true);
    for (const { externalId, id } of itemsOf(answer))
      if (typeof externalId === 'string' && typeof id === 'number') found.set(externalId, id);
  }
  return found;
}

/** `items` of CDF's answers. */
export function itemsOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  const items = (answer as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? (items as Readonly<Record<string, unknown>>[]) : [];
}
