// A Bicep file as rules see it: what it declares, with decorators, body, condition and loop taken apart.
import type { Node } from './node';
import { childOf, literalText } from './syntax';

type Kind = 'param' | 'var' | 'output' | 'resource' | 'module' | 'type' | 'func' | 'metadata';

export interface Declaration {
  readonly kind: Kind;
  readonly name: string;
  readonly node: Node;
  /** Name and arguments. */
  readonly decorators: ReadonlyMap<string, readonly Node[]>;
  /** Resource: `Microsoft.X/ys@version`, also of a nested one. Module: its path. Else empty. */
  readonly target: string;
  readonly isExisting: boolean;
  /** Of a resource or module; inside a loop or condition. */
  readonly body: Node | null;
  readonly isConditional: boolean;
  /** The `for` around it. */
  readonly loop: Node | null;
  /** Default of a param, value of a var or output. */
  readonly value: Node | null;
  /** As written, of a param or output. */
  readonly type: string;
  /** The resource that it is nested in. */
  readonly parent: Declaration | null;
}

export interface BicepFile {
  /** Relative to the folder that is checked. */
  readonly path: string;
  readonly root: Node;
  readonly declarations: readonly Declaration[];
  /** Without those that are nested. */
  readonly names: ReadonlyMap<string, Declaration>;
  /** What imports bring. */
  readonly imports: readonly { readonly name: string; readonly node: Node }[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  output_declaration: 'output',
  resource_declaration: 'resource',
  module_declaration: 'module',
  type_declaration: 'type',
  user_defined_function: 'func',
  metadata_declaration: 'metadata',
};

export function readBicepFile(path: string, root: Node): BicepFile {
  const declarations: Declaration[] = [];
  let decorators: Declaration['decorators'] = new Map();
  for (const node of root.parts) {
    if (node.type === 'decorators') decorators = decoratorsOf(node);
    else {
      const kind = KINDS[node.type];
      if (kind !== undefined) declarations.push(...declared(kind, node, decorators, null));
      decorators = new Map();
    }
  }
  const named = declarations.filter(
    ({ kind, parent }) => parent === null && kind !== 'metadata' && kind !== 'output',
  );
  return {
    path,
    root,
    declarations,
    names: new Map(named.map((declaration) => [declaration.name, declaration])),
    imports: importsOf(root),
  };
}

function decoratorsOf(node: Node): Map<string, readonly Node[]> {
  const found = new Map<string, readonly Node[]>();
  for (const decorator of node.parts) {
    const [call] = decorator.parts;
    const [callee, args] = call === undefined ? [] : call.parts;
    if (callee !== undefined) found.set(callee.text, args === undefined ? [] : args.parts);
  }
  return found;
}

function declared(
  kind: Kind,
  node: Node,
  decorators: Declaration['decorators'],
  parent: Declaration | null,
): Declaration[] {
  const parts = node.parts;
  const nameNode = childOf(node, 'name') ?? parts[0];
  const declaration: Declaration = {
    kind,
    name: nameNode?.text ?? '',
    node,
    decorators,
    parent,
    isExisting: node.children.some(({ type }) => type === 'existing'),
    ...(kind === 'resource' || kind === 'module' ? deployedBy(parts, parent) : saidBy(kind, parts)),
  };
  return [declaration, ...nestedIn(declaration)];
}

type Deployed = Pick<Declaration, 'target' | 'body' | 'isConditional' | 'loop'>;
type Said = Pick<Declaration, 'type' | 'value'>;

/** Of a resource or module. */
function deployedBy(parts: readonly Node[], parent: Declaration | null): Deployed & Said {
  const written = literalText(parts[1] ?? null) ?? '';
  const target = parent === null ? written : nestedType(parent.target, written);
  return { target, ...bodyOf(parts.at(-1)), type: '', value: null };
}

/** Of everything else. */
function saidBy(kind: Kind, parts: readonly Node[]): Deployed & Said {
  const none = { target: '', body: null, isConditional: false, loop: null };
  if (kind === 'var') return { ...none, type: '', value: parts[1] ?? null };
  const isTyped = kind === 'param' || kind === 'output';
  return { ...none, type: isTyped ? (parts[1]?.text ?? '') : '', value: isTyped ? (parts[2] ?? null) : null };
}

function bodyOf(node: Node | undefined): Omit<Deployed, 'target'> {
  if (node === undefined) return { body: null, isConditional: false, loop: null };
  const loop = node.type === 'for_statement' ? node : null;
  const inner = loop === null ? node : (childOf(loop, 'body') ?? loop);
  const isConditional = inner.type === 'if_statement';
  const body = isConditional ? (inner.parts.at(-1) ?? null) : inner;
  return { body: body?.type === 'object' ? body : null, isConditional, loop };
}

/** `a/b@1` and `c` (or `c@2`) make `a/b/c@1` (or `a/b/c@2`). */
function nestedType(parent: string, written: string): string {
  const [parentType = '', parentVersion = ''] = parent.split('@');
  const [segment = '', version = parentVersion] = written.split('@');
  return `${parentType}/${segment}@${version}`;
}

function nestedIn(parent: Declaration): Declaration[] {
  const found: Declaration[] = [];
  for (const property of parent.body === null ? [] : parent.body.parts) {
    const [only] = property.type === 'object_property' ? property.parts : [];
    if (only?.type === 'resource_declaration') found.push(...declared('resource', only, new Map(), parent));
  }
  return found;
}

function importsOf(root: Node): { name: string; node: Node }[] {
  return root.parts
    .filter(({ type }) => type === 'import_functionality')
    .flatMap((node) => node.parts.filter(({ type }) => type === 'identifier'))
    .map((node) => ({ name: node.text, node }));
}

/** The literal values of @allowed; null where there is no such decorator. */
export function allowedValues({ decorators }: Declaration): readonly Node[] | null {
  const [list] = decorators.get('allowed') ?? [];
  return list === undefined ? null : list.parts;
}

/** Whether whoever uses the file must give this parameter. */
export function isRequired({ value, type }: Declaration): boolean {
  return value === null && !type.endsWith('?');
}
