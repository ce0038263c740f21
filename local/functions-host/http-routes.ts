// Which HTTP function a request is for: route templates of the Functions host, matched segment by segment.
import type { Binding, RegisteredFunction } from './core-api';

export interface HttpRoute {
  readonly target: RegisteredFunction;
  /** Name of the trigger's binding. */
  readonly bindingName: string;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'rest'; readonly name: string };

export type RouteMatch =
  | { readonly route: HttpRoute; readonly params: Record<string, string> }
  | { readonly refused: 404 }
  | { readonly refused: 405; readonly allow: string };

/** Literal routes come before those with parameters. Throws where a template has a form that is not known here. */
export function createRoutes(functions: readonly RegisteredFunction[], routePrefix: string): HttpRoute[] {
  const routes = functions.flatMap((target) =>
    Object.entries(target.metadata.bindings)
      .filter(([, binding]) => binding.type === 'httpTrigger')
      .map(([bindingName, binding]) => createRoute(target, bindingName, binding, routePrefix)),
  );
  return routes.sort((a, b) => openSegments(a) - openSegments(b));
}

function createRoute(
  target: RegisteredFunction,
  bindingName: string,
  { route, methods }: Binding,
  routePrefix: string,
): HttpRoute {
  const template = [routePrefix, route ?? target.metadata.name].filter((part) => part !== '').join('/');
  return {
    target,
    bindingName,
    methods: (methods ?? ['GET', 'POST']).map((method) => method.toUpperCase()),
    segments: splitPath(template).map(parseSegment),
  };
}

function parseSegment(text: string): Segment {
  if (!text.includes('{')) return { kind: 'literal', text: text.toLowerCase() };
  const [, rest = '', name, optional = ''] = /^\{(\*?)([A-Za-z_]\w*)(\??)\}$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`route segment "${text}" is not known to this host`);
  return rest === '*' ? { kind: 'rest', name } : { kind: 'parameter', name, optional: optional === '?' };
}

/** `path` as it stands in the request, still percent-encoded. */
export function matchRoute(routes: readonly HttpRoute[], method: string, path: string): RouteMatch {
  const parts = splitPath(path);
  const allowed = new Set<string>();
  for (const route of routes) {
    const params = matchSegments(route.segments, parts);
    if (params === null) continue;
    if (route.methods.includes(method)) return { route, params };
    for (const other of route.methods) allowed.add(other);
  }
  return allowed.size === 0 ? { refused: 404 } : { refused: 405, allow: [...allowed].join(', ') };
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    if (segment.kind === 'rest') {
      params[segment.name] = parts.slice(at).map(decode).join('/');
      return params;
    }
    const part = parts[at];
    if (part === undefined) {
      if (segment.kind === 'literal' || !segment.optional) return null;
    } else if (segment.kind === 'parameter') params[segment.name] = decode(part);
    else if (decode(part).toLowerCase() !== segment.text) return null;
  }
  return parts.length > segments.length ? null : params;
}

function splitPath(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function openSegments({ segments }: HttpRoute): number {
  return segments.filter(({ kind }) => kind !== 'literal').length;
}
