// Everything of data modelling that one project holds.
import type { Fields } from '../fields';
import { OrderedMap } from '../ordered-map';
import { InstanceStore } from './instances/instance-store';

/** A space, container, view or data model as it was written. */
export interface Definition {
  readonly key: string;
  fields: Fields;
  readonly createdTime: number;
  lastUpdatedTime: number;
  sequence: number;
}

export type Definitions = OrderedMap<string, Definition>;

const definitions = (): Definitions => new OrderedMap((one: Definition) => one.key);

export class ModelStore {
  readonly spaces = definitions();
  readonly containers = definitions();
  readonly views = definitions();
  readonly datamodels = definitions();
  readonly instances = new InstanceStore();
}
