// POST /files: one file a request, its fields bare; with `overwrite` those of a file that is there are replaced by those given.
import { badRequest } from '../api-error';
import type { Answer, Call } from '../call';
import { jsonBody } from '../call';
import type { Item } from '../items';
import { readNew, storeNew } from '../operations/create-items';
import { renderItem } from '../operations/render-item';
import { storeChanges } from '../operations/update-items';
import { files } from './files';

export function createFile(call: Call): Answer {
  const fields = readNew(files, jsonBody(call), 'request');
  // A create says something of assets or nothing; an update may empty the list.
  if ((fields['assetIds'] as unknown[] | undefined)?.length === 0)
    throw badRequest('request.assetIds: size must be between 1 and 1000');
  const known = existing(call, fields['externalId']);
  const file = known === undefined ? create(call, fields) : overwrite(call, known, fields);
  // CDF's link leads to a cloud's storage. The stand-in stores no content, so its link leads nowhere.
  const uploadUrl = `https://upload.invalid/files/${file.id}`;
  return { status: 201, body: { ...renderItem(files, call.state, file), uploadUrl } };
}

function existing({ state, query }: Call, externalId: unknown): Item | undefined {
  const overwrites = query.get('overwrite') ?? 'false';
  if (overwrites !== 'true' && overwrites !== 'false') throw badRequest('overwrite: must be a boolean');
  if (overwrites === 'false' || typeof externalId !== 'string') return undefined;
  return state.files.findByExternalId(externalId);
}

function create(call: Call, fields: Record<string, unknown>): Item {
  return storeNew(files, call, [fields])[0]!;
}

function overwrite(call: Call, item: Item, fields: Record<string, unknown>): Item {
  storeChanges(files, call, [{ item, fields: { ...item.fields, ...fields } }]);
  return item;
}
