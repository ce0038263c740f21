import type { Binding, RegisteredFunction } from './core-api';
import { createRoutes, matchRoute } from './http-routes';

function httpFunction(name: string, binding: Partial<Binding>): RegisteredFunction {
  const trigger = { type: 'httpTrigger', direction: 'in', ...binding } as const;
  return { metadata: { name, bindings: { request: trigger } }, callback: () => undefined };
}

const routes = createRoutes(
  [
    httpFunction('create', { route: 'create', methods: ['POST'] }),
    httpFunction('item', { route: 'items/{id}/{part?}', methods: ['GET', 'DELETE'] }),
    httpFunction('newest', { route: 'items/newest', methods: ['GET'] }),
    httpFunction('files', { route: 'files/{*path}', methods: ['GET'] }),
    httpFunction('unnamed', {}),
  ],
  '',
);

const find = (method: string, path: string): unknown => {
  const match = matchRoute(routes, method, path);
  return 'route' in match ? [match.route.target.metadata.name, match.params] : match;
};

test.each([
  ['POST', '/create', ['create', {}]],
  ['POST', '/CREATE/', ['create', {}]],
  ['GET', '/items/a%20b', ['item', { id: 'a b' }]],
  ['DELETE', '/items/a/b', ['item', { id: 'a', part: 'b' }]],
  ['GET', '/items/newest', ['newest', {}]],
  ['GET', '/files/a/b/c', ['files', { path: 'a/b/c' }]],
  ['GET', '/unnamed', ['unnamed', {}]],
  ['GET', '/', { refused: 404 }],
  ['GET', '/items/a/b/c', { refused: 404 }],
  ['GET', '/create', { refused: 405, allow: 'POST' }],
])('%s %s', (method, path, expected) => {
  expect(find(method, path)).toEqual(expected);
});

test('a route prefix stands before every route', () => {
  const prefixed = createRoutes([httpFunction('create', { route: 'create' })], 'api');

  expect(matchRoute(prefixed, 'GET', '/api/create')).toMatchObject({ params: {} });
  expect(matchRoute(prefixed, 'GET', '/create')).toEqual({ refused: 404 });
});

test('a template that this host does not know is refused when the app starts', () => {
  expect(() => createRoutes([httpFunction('x', { route: 'x/{id:int}' })], '')).toThrow('{id:int}');
});
