// Nodes and edges of one project: by space and external id, in order of creation. A node knows its edges, which go with it.
import type { Fields } from '../../fields';
import { OrderedMap } from '../../ordered-map';
import type { Reference } from '../ids';
import { instanceKey } from '../ids';

export interface Instance {
  readonly instanceType: 'node' | 'edge';
  readonly space: string;
  readonly externalId: string;
  readonly type?: Reference;
  readonly startNode?: Reference;
  readonly endNode?: Reference;
  readonly version: number;
  readonly createdTime: number;
  readonly lastUpdatedTime: number;
  /** Values by container, then by the container's names. */
  readonly properties: ReadonlyMap<string, Fields>;
  sequence: number;
}

export class InstanceStore {
  private readonly instances = new OrderedMap<string, Instance>((instance) => instanceKey(instance));
  private readonly edges = new Map<string, Set<string>>();

  all(): Iterable<Instance> {
    return this.instances.all();
  }

  get(key: string): Instance | undefined {
    return this.instances.get(key);
  }

  page(request: Parameters<OrderedMap<string, Instance>['page']>[0], passes: (one: Instance) => boolean) {
    return this.instances.page(request, passes);
  }

  /** Adds or replaces; one that is replaced keeps its place in the order. */
  put(instance: Instance): void {
    const key = instanceKey(instance);
    const known = this.instances.get(key);
    if (known !== undefined) this.unlink(known);
    this.instances.put(instance);
    for (const node of endsOf(instance)) this.edges.set(node, (this.edges.get(node) ?? new Set()).add(key));
  }

  /** Takes the edges at a node along. */
  delete(key: string): void {
    const instance = this.instances.get(key);
    if (instance === undefined) return;
    this.unlink(instance);
    this.instances.delete(key);
    for (const edge of this.edges.get(key) ?? []) this.delete(edge);
  }

  private unlink(instance: Instance): void {
    for (const node of endsOf(instance)) {
      const edges = this.edges.get(node);
      edges?.delete(instanceKey(instance));
      if (edges?.size === 0) this.edges.delete(node);
    }
  }
}

function endsOf({ startNode, endNode }: Instance): string[] {
  return [startNode, endNode].filter((node) => node !== undefined).map(instanceKey);
}
