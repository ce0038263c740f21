// Where scopes by asset root find an item that belongs to an asset.
import type { Place } from '../access/access';
import type { Fields } from '../fields';
import type { ProjectState } from '../project-state';

export function rootOfAsset(state: ProjectState, { assetId }: Fields): Place {
  const asset = typeof assetId === 'number' ? state.assets.byId.get(assetId) : undefined;
  const rootId = asset?.fields['rootId'];
  return typeof rootId === 'number' ? { rootId } : {};
}
