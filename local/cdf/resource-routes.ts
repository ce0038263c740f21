// The routes of a resource with ids, of the verbs that it declares.
import type { Answer, Call } from './call';
import { createItems } from './operations/create-items';
import { deleteItems } from './operations/delete-items';
import {
  countItems,
  listItems,
  listItemsByQuery,
  retrieveItem,
  retrieveItems,
} from './operations/read-items';
import { updateItems } from './operations/update-items';
import type { Resource, Verb } from './resource';
import type { Route } from './route';
import { routesOf } from './route';

interface VerbRoute {
  readonly method: Route['method'];
  /** Behind the resource's own path. */
  readonly path: string;
  readonly action: string;
  readonly run: (resource: Resource, call: Call) => Answer;
}

const VERBS: Readonly<Record<Verb, VerbRoute>> = {
  create: { method: 'POST', path: '', action: 'WRITE', run: createItems },
  update: { method: 'POST', path: '/update', action: 'WRITE', run: updateItems },
  delete: { method: 'POST', path: '/delete', action: 'WRITE', run: deleteItems },
  byids: { method: 'POST', path: '/byids', action: 'READ', run: retrieveItems },
  list: { method: 'POST', path: '/list', action: 'READ', run: listItems },
  query: { method: 'GET', path: '', action: 'READ', run: listItemsByQuery },
  count: { method: 'POST', path: '/aggregate', action: 'READ', run: countItems },
  one: { method: 'GET', path: '/{id}', action: 'READ', run: retrieveItem },
};

/** `readOnly`: other ACLs of which READ is needed. */
export function resourceRoutes(resource: Resource, readOnly: readonly string[] = []): Route[] {
  const { name, acl, verbs, updateNeedsRead } = resource;
  return routesOf(
    name,
    [acl, ...readOnly],
    verbs.map((verb) => {
      const { method, path, action, run } = VERBS[verb];
      const actions = verb === 'update' && updateNeedsRead ? ['READ', action] : action;
      return [method, `/${name}${path}`, actions, (call: Call) => run(resource, call)];
    }),
  );
}
