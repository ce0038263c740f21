// What a route is, and how tables of them are written down.
import type { Need } from './access/capability';
import type { Answer, Call } from './call';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below /api/v1/projects/{project}. */
  readonly path: string;
  /** Under which its concurrency is counted. */
  readonly service: string;
  readonly needs: readonly Need[];
  readonly run: (call: Call) => Answer;
}

/** Several actions: all of them are needed. */
export type Row = readonly [
  method: Route['method'],
  path: string,
  action: string | readonly string[],
  run: Route['run'],
];

/** The row's actions of the first ACL, and READ of the others; none: any token of the project. */
export function routesOf(
  service: string,
  [acl, ...readOnly]: readonly string[],
  rows: readonly Row[],
): Route[] {
  return rows.map(([method, path, action, run]) => {
    const actions = typeof action === 'string' ? [action] : action;
    const own = acl === undefined ? [] : actions.map((one) => ({ acl, action: one }));
    const needs = [...own, ...readOnly.map((other) => ({ acl: other, action: 'READ' }))];
    return { method, path, service, needs, run };
  });
}
