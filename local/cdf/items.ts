// The items of one resource in one project: by id, by external id, in order of creation.
import type { Fields } from './fields';
import { OrderedMap } from './ordered-map';

export interface Item {
  readonly id: number;
  fields: Fields;
  readonly createdTime: number;
  lastUpdatedTime: number;
  sequence: number;
}

export class Items {
  readonly byId = new OrderedMap<number, Item>((item) => item.id);
  private readonly idByExternalId = new Map<string, number>();

  findByExternalId(externalId: string): Item | undefined {
    const id = this.idByExternalId.get(externalId);
    return id === undefined ? undefined : this.byId.get(id);
  }

  add(id: number, fields: Fields, now: number): Item {
    const item: Item = { id, fields, createdTime: now, lastUpdatedTime: now, sequence: 0 };
    this.byId.add(item);
    this.index(item);
    return item;
  }

  /** Replaces the fields of several items at once, so that they may exchange external ids. */
  replaceFields(changes: readonly { readonly item: Item; readonly fields: Fields }[], now: number): void {
    for (const { item } of changes) this.unindex(item);
    for (const { item, fields } of changes) {
      item.fields = fields;
      item.lastUpdatedTime = now;
      this.index(item);
    }
  }

  delete(items: readonly Item[]): void {
    for (const item of items) {
      this.unindex(item);
      this.byId.delete(item.id);
    }
  }

  private index(item: Item): void {
    const externalId = externalIdOf(item);
    if (externalId !== undefined) this.idByExternalId.set(externalId, item.id);
  }

  private unindex(item: Item): void {
    const externalId = externalIdOf(item);
    if (externalId !== undefined) this.idByExternalId.delete(externalId);
  }
}

export function externalIdOf(item: { readonly fields: Fields }): string | undefined {
  return item.fields['externalId'] as string | undefined;
}
