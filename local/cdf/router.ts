// Finds the route of a request: fixed paths before those with parameters.
import { badRequest } from './api-error';
import type { Route } from './route';
import { ROUTES } from './routes';

export interface RouteMatch {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

const COMPILED = [...ROUTES]
  .sort((a, b) => parametersIn(a.path) - parametersIn(b.path))
  .map((route) => ({ route, pattern: compile(route.path) }));

function parametersIn(path: string): number {
  return path.split('{').length;
}

function compile(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

/** `path` is the part below the project, still percent-encoded. Throws 400 where that encoding is broken. */
export function findRoute(method: string, path: string): RouteMatch | undefined {
  for (const { route, pattern } of COMPILED) {
    const match = route.method === method ? pattern.exec(path) : null;
    if (match !== null) return { route, parameters: decode(match.groups ?? {}) };
  }
  return undefined;
}

function decode(groups: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    throw badRequest('The path is not percent-encoded as it should be');
  }
}
