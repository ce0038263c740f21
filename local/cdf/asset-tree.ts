// The asset hierarchy: who is under whom. Parents are resolved once and stored as ids; roots never change.
import { badRequest } from './api-error';
import type { Item, Items } from './items';
import { externalIdOf } from './items';

export interface Node {
  readonly id: number;
  fields: Record<string, unknown>;
}

export class AssetTree {
  private readonly children = new Map<number, Set<number>>();
  /** Under whom an asset was linked last, by its id. */
  private readonly linked = new Map<number, number>();

  constructor(private readonly assets: Items) {}

  /** Replaces parentExternalId by parentId and sets rootId; a parent may be a new asset of the same request. Throws 400. */
  place(nodes: readonly Node[]): void {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const byExternalId = new Map(nodes.map((node) => [externalIdOf(node), node.id]));
    for (const node of nodes) this.resolveParent(node, byExternalId);
    this.refuseUnknownParents(nodes, byId);
    for (const node of nodes) node.fields['rootId'] = this.rootOf(node, byId);
  }

  /** The same for assets that exist: they stay under their root, and roots stay roots. Throws 400. */
  move(nodes: readonly (Node & { readonly was: Item })[]): void {
    for (const node of nodes) this.resolveParent(node, new Map(), parentIdOf(node.was));
    this.refuseUnknownParents(nodes, new Map());
    const byId = new Map(nodes.map((node) => [node.id, node]));
    for (const node of nodes) {
      if ((node.was.fields['parentId'] === undefined) !== (node.fields['parentId'] === undefined))
        throw badRequest('Changing from/to being root is not allowed');
      if (this.rootOf(node, byId) !== node.was.fields['rootId'])
        throw badRequest('Asset must stay within same asset hierarchy root');
    }
  }

  /** Takes note of a stored asset's parent. */
  link(item: Item): void {
    this.unlink(item);
    const parentId = parentIdOf(item);
    if (parentId === undefined) return;
    this.linked.set(item.id, parentId);
    this.children.set(parentId, (this.children.get(parentId) ?? new Set()).add(item.id));
  }

  unlink({ id }: Item): void {
    const parentId = this.linked.get(id);
    if (parentId === undefined) return;
    this.linked.delete(id);
    const siblings = this.children.get(parentId);
    siblings?.delete(id);
    if (siblings?.size === 0) this.children.delete(parentId);
  }

  childrenOf(item: Item): Item[] {
    const ids = [...(this.children.get(item.id) ?? [])];
    return ids.map((id) => this.assets.byId.get(id)).filter((child) => child !== undefined);
  }

  /** The item and all above it, root first. */
  pathOf(item: Item): Item[] {
    const path = [item];
    for (let above = this.parentOf(item); above !== undefined; above = this.parentOf(above))
      path.unshift(above);
    return path;
  }

  parentOf(item: Item): Item | undefined {
    const parentId = parentIdOf(item);
    return parentId === undefined ? undefined : this.assets.byId.get(parentId);
  }

  /** `was`: the parent that the asset has already; another one beside a parentExternalId comes from the request. */
  private resolveParent(
    { fields }: Node,
    inRequest: ReadonlyMap<string | undefined, number>,
    was?: number,
  ): void {
    const externalId = fields['parentExternalId'] as string | undefined;
    if (externalId === undefined) return;
    if (fields['parentId'] !== was)
      throw badRequest('Only one of parentId and parentExternalId may be given');
    const parentId = this.assets.findByExternalId(externalId)?.id ?? inRequest.get(externalId);
    if (parentId === undefined) throw badRequest(`Reference to unknown parent with externalId ${externalId}`);
    delete fields['parentExternalId'];
    fields['parentId'] = parentId;
  }

  private refuseUnknownParents(nodes: readonly Node[], inRequest: ReadonlyMap<number, Node>): void {
    const isUnknown = (id: number | undefined) =>
      id !== undefined && !inRequest.has(id) && this.assets.byId.get(id) === undefined;
    const unknown = nodes.map(parentIdOf).filter(isUnknown);
    if (unknown.length > 0) throw badRequest(`The given parent ids do not exist: ${unknown.join(', ')}`);
  }

  /** Climbs to the root through the request's assets and the stored ones. Throws 400 for a circle. */
  private rootOf(node: Node, inRequest: ReadonlyMap<number, Node>): number {
    const seen = new Set<number>();
    let at = node.id;
    for (;;) {
      if (seen.has(at)) throw badRequest('Asset hierarchy must not be a circle');
      seen.add(at);
      const above = inRequest.get(at) ?? this.assets.byId.get(at);
      const parentId = above === undefined ? undefined : parentIdOf(above);
      if (parentId === undefined) return at;
      at = parentId;
    }
  }
}

function parentIdOf(node: { readonly fields: Readonly<Record<string, unknown>> }): number | undefined {
  return node.fields['parentId'] as number | undefined;
}
