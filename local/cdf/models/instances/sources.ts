// What a source of an instance (a view, or a container itself) lets one write: names, and where each is stored.
import { badRequest } from '../../api-error';
import type { Call } from '../../call';
import type { Fields } from '../../fields';
import type { ContainerProperty } from '../containers';
import { propertiesOf } from '../containers';
import { lookupIn } from '../definition-kind';
import type { Reference } from '../ids';
import { keyOf } from '../ids';
import { mappedProperties } from '../views';

export interface SourceReference extends Reference {
  readonly type: 'view' | 'container';
}

interface SourceProperty {
  /** Key of the container. */
  readonly container: string;
  readonly identifier: string;
  readonly definition: ContainerProperty;
}

export interface Source {
  readonly reference: SourceReference;
  readonly properties: ReadonlyMap<string, SourceProperty>;
  /** All behind it, each with all that it holds: a view may show only some. */
  readonly containers: ReadonlyMap<string, Fields>;
}

type Caller = Pick<Call, 'state' | 'access'>;

/** Resolves each source once. The caller must be allowed to read its definition. Throws 400, 403. */
export function sourceResolver({ state, access }: Caller): (reference: SourceReference) => Source {
  const known = new Map<string, Source>();
  return (reference) => {
    const key = `${reference.type} ${keyOf(reference)}`;
    const source = known.get(key) ?? resolveSource(reference, state);
    known.set(key, source);
    access.require({ acl: 'dataModelsAcl', action: 'READ' }, [{ space: reference.space }]);
    return source;
  };
}

function resolveSource(reference: SourceReference, state: Caller['state']): Source {
  const lookup = lookupIn(state.models);
  const key = keyOf(reference);
  const definition = lookup(reference.type === 'view' ? 'views' : 'containers', key);
  if (definition === undefined) throw badRequest(`The ${reference.type} '${key}' does not exist`);
  const properties =
    reference.type === 'view' ? viewProperties(definition, lookup) : containerProperties(key, definition);
  const containers = new Map<string, Fields>();
  for (const { container } of properties.values())
    containers.set(container, lookup('containers', container)!);
  return { reference, properties, containers };
}

function viewProperties(definition: Fields, lookup: ReturnType<typeof lookupIn>): Source['properties'] {
  const mapped = [...mappedProperties(definition, lookup)];
  return new Map(
    mapped.map(([name, { container, ...rest }]) => [name, { ...rest, container: keyOf(container) }]),
  );
}

function containerProperties(container: string, definition: Fields): Source['properties'] {
  const properties = Object.entries(propertiesOf(definition));
  return new Map(
    properties.map(([identifier, one]) => [identifier, { container, identifier, definition: one }]),
  );
}
