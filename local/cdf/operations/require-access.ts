// Scopes of the classic resources: an item that the caller's grants do not reach is 403 to write, and does not show in lists.
import { forbidden } from '../api-error';
import type { Access, Place } from '../access/access';
import type { Call } from '../call';
import type { Fields } from '../fields';
import type { ProjectState } from '../project-state';
import type { Resource } from '../resource';

interface Placed {
  readonly id: number;
  readonly fields: Fields;
}

type Accessed = Pick<Call, 'access' | 'state'>;

/** Throws 403. Data sets under write protection want their owner. */
export function requireWrite(
  resource: Resource,
  { access, state }: Accessed,
  items: readonly Placed[],
): void {
  requireAction(resource, { access, state }, 'WRITE', items);
  const isProtected = ({ fields }: Placed) => {
    const dataSet = state.datasets.byId.get((fields['dataSetId'] as number | undefined) ?? 0);
    return dataSet?.fields['writeProtected'] === true && !isOwner(access, dataSet.id);
  };
  if (items.some(isProtected)) throw forbidden();
}

function isOwner(access: Access, id: number): boolean {
  return access.may({ acl: 'datasetsAcl', action: 'OWNER' }, { id });
}

/** Throws 403. */
export function requireRead(resource: Resource, call: Accessed, items: readonly Placed[]): void {
  requireAction(resource, call, 'READ', items);
}

function requireAction(
  resource: Resource,
  { access, state }: Accessed,
  action: string,
  items: readonly Placed[],
): void {
  access.require(
    { acl: resource.acl, action },
    items.map((item) => placeOf(resource, state, item)),
  );
}

export function mayRead(resource: Resource, { access, state }: Accessed): (item: Placed) => boolean {
  const need = { acl: resource.acl, action: 'READ' };
  return (item) => access.may(need, placeOf(resource, state, item));
}

function placeOf({ hooks }: Resource, state: ProjectState, { id, fields }: Placed): Place {
  const dataSetId = fields['dataSetId'] as number | undefined;
  return { id, ...(dataSetId === undefined ? {} : { dataSetId }), ...hooks?.place?.(state, fields) };
}
