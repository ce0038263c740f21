// Spaces: what all else of data modelling lies in.
import { badRequest } from '../api-error';
import type { DefinitionKind } from './definition-kind';
import { spaceShape } from './ids';
import type { Definition, ModelStore } from './model-store';

const RESERVED = /^(space|cdf|dms|pg3|shared|system|node|edge)$/;

export const spaces: DefinitionKind = {
  name: 'spaces',
  identifiedBy: ['space'],
  fields: {
    space: { shape: spaceShape, required: true },
    name: { shape: { kind: 'text', max: 255 } },
    description: { shape: { kind: 'text', max: 1024 } },
  },
  check: ({ space }, _lookup, where) => {
    if (RESERVED.test(space as string)) throw badRequest(`${where}.space: ${String(space)} is reserved`);
  },
  render: () => ({}),
  checkDelete: refuseFull,
};

function refuseFull({ key }: Definition, store: ModelStore): void {
  const holds = ({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) =>
    fields['space'] === key;
  const definitions = [store.containers, store.views, store.datamodels].some((kind) =>
    [...kind.all()].some(holds),
  );
  const instances = [...store.instances.all()].some(({ space }) => space === key);
  if (definitions || instances) throw badRequest(`Space ${key} is not empty`);
}
