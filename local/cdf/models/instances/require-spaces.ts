// Spaces that a write touches: there, and open to the caller.
import { badRequest } from '../../api-error';
import type { Call } from '../../call';

/** Throws 400 for a space that there is not, 403 for one that the caller may not write. */
export function requireSpaces({ state, access }: Call, items: readonly { readonly space: string }[]): void {
  const spaces = [...new Set(items.map(({ space }) => space))];
  const unknown = spaces.filter((space) => state.models.spaces.get(space) === undefined);
  if (unknown.length > 0) throw badRequest(`Unknown space: ${unknown.join(', ')}`);
  access.require(
    { acl: 'dataModelInstancesAcl', action: 'WRITE' },
    spaces.map((space) => ({ space })),
  );
}
