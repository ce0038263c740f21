// The few questions that rules ask of a syntax tree.
import type { Node } from './node';

/** The node and all below it, in the order of the text. */
export function nodesOf(node: Node): Node[] {
  const nodes: Node[] = [];
  const collect = (at: Node) => {
    nodes.push(at);
    at.children.forEach(collect);
  };
  collect(node);
  return nodes;
}

/** Text of a string without interpolation; null for everything else. */
export function literalText(node: Node | null): string | null {
  if (node?.type !== 'string') return null;
  if (node.parts.some(({ type }) => type === 'interpolation')) return null;
  const { text } = node;
  if (text.startsWith("'''")) return text.slice(3, -3).replace(/^\r?\n/, '');
  return text.slice(1, -1).replace(/\\(u\{([0-9a-fA-F]+)\}|.)/g, unescape);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescape(_: string, escaped: string, code: string | undefined): string {
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  return ESCAPES[escaped] ?? escaped;
}

export interface Entry {
  /** null: computed. */
  readonly key: string | null;
  readonly keyNode: Node;
  readonly value: Node;
}

/** Properties of an object literal, without the resources that are nested in it. */
export function entriesOf(object: Node): Entry[] {
  const entries: Entry[] = [];
  for (const property of object.parts) {
    if (property.type !== 'object_property') continue;
    const [keyNode, value] = property.parts;
    if (keyNode === undefined || value === undefined || keyNode.type === 'resource_declaration') continue;
    const key = keyNode.type === 'string' ? literalText(keyNode) : keyNode.text;
    entries.push({ key, keyNode, value });
  }
  return entries;
}

export function entryOf(object: Node | null, key: string): Entry | null {
  return object === null ? null : (entriesOf(object).find((entry) => entry.key === key) ?? null);
}

/** What is written in parentheses, however many. */
export function unwrap(node: Node): Node {
  const [only, ...others] = node.type === 'parenthesized_expression' ? node.parts : [];
  return only !== undefined && others.length === 0 ? unwrap(only) : node;
}

/** Name and arguments of a call of a function by its plain name; null for everything else. */
export function callOf(node: Node): { name: string; args: readonly Node[] } | null {
  if (node.type !== 'call_expression') return null;
  const [callee, args] = node.parts;
  if (callee?.type !== 'identifier') return null;
  return { name: callee.text, args: args?.parts ?? [] };
}

/** `a.b.c` as names, also where it is written `a.?b`; null where its beginning is no plain name. */
export function chainOf(node: Node): { root: Node; members: Node[] } | null {
  const members: Node[] = [];
  let at = node;
  while (at.type === 'member_expression') {
    const [object, property] = at.parts;
    if (object === undefined || property === undefined) return null;
    members.unshift(property);
    at = object;
  }
  return at.type === 'identifier' ? { root: at, members } : null;
}

/** The child in the place that the grammar calls so. */
export function childOf(node: Node, field: string): Node | null {
  return node.children.find((child) => child.field === field) ?? null;
}
