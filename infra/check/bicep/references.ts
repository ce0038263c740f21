// Where a file's names are used: every identifier that stands for a value, with the loops and lambdas around it taken
// into account.
import type { Node } from './node';

export interface Reference {
  readonly name: string;
  readonly node: Node;
  /** call: of a function. nested: after `::`. type: where a type is expected. */
  readonly kind: 'value' | 'call' | 'nested' | 'type';
}

type Locals = ReadonlySet<string>;
type Visit = (node: Node, locals: Locals) => Generator<Reference>;

export function* referencesOf(root: Node): Generator<Reference> {
  yield* visit(root, new Set());
}

/** Kinds of nodes whose children are not all uses. What is not listed here is walked through. */
const VISITORS: Readonly<Record<string, Visit>> = {
  identifier: visitIdentifier,
  object_property: visitProperty,
  call_expression: visitCall,
  decorator: visitDecorator,
  for_statement: visitLoop,
  lambda_expression: visitLambda,
  member_expression: visitMember,
  resource_expression: visitNested,
  type: visitType,
  user_defined_function: visitFunction,
  import_functionality: visitNothing,
  property_identifier: visitNothing,
  parameter_declaration: visitDeclaration,
  variable_declaration: visitDeclaration,
  output_declaration: visitDeclaration,
  resource_declaration: visitDeclaration,
  module_declaration: visitDeclaration,
  type_declaration: visitDeclaration,
  metadata_declaration: visitDeclaration,
};

function* visit(node: Node, locals: Locals): Generator<Reference> {
  yield* (VISITORS[node.type] ?? visitAll)(node, locals);
}

function* visitAll(node: Node, locals: Locals): Generator<Reference> {
  for (const part of node.parts) yield* visit(part, locals);
}

function* visitNothing(): Generator<Reference> {
  // Names that declare, or belong to an object.
}

function* visitIdentifier(node: Node, locals: Locals): Generator<Reference> {
  if (!locals.has(node.text)) yield { name: node.text, node, kind: 'value' };
}

function* visitProperty(node: Node, locals: Locals): Generator<Reference> {
  const [key, ...others] = node.parts;
  if (key !== undefined && key.type !== 'identifier') yield* visit(key, locals);
  for (const part of others) yield* visit(part, locals);
}

function* visitCall(node: Node, locals: Locals): Generator<Reference> {
  const [callee, ...others] = node.parts;
  if (callee?.type === 'identifier') yield { name: callee.text, node: callee, kind: 'call' };
  else if (callee !== undefined) yield* visit(callee, locals);
  for (const part of others) yield* visit(part, locals);
}

/** Decorators are functions that nothing else may call. */
function* visitDecorator(node: Node, locals: Locals): Generator<Reference> {
  const [call] = node.parts;
  for (const part of call === undefined ? [] : call.parts.slice(1)) yield* visit(part, locals);
}

function* visitLoop(node: Node, locals: Locals): Generator<Reference> {
  const parts = node.parts;
  const [head, list] = parts;
  const names = head?.type === 'for_loop_parameters' ? head.parts : head === undefined ? [] : [head];
  if (list !== undefined) yield* visit(list, locals);
  const inner = new Set([...locals, ...names.map(({ text }) => text)]);
  for (const part of parts.slice(2)) yield* visit(part, inner);
}

function* visitLambda(node: Node, locals: Locals): Generator<Reference> {
  const [head, body] = node.parts;
  const names = head?.type === 'identifier' ? [head] : head === undefined ? [] : head.parts;
  if (body !== undefined) yield* visit(body, new Set([...locals, ...names.map(({ text }) => text)]));
}

function* visitMember(node: Node, locals: Locals): Generator<Reference> {
  const [object] = node.parts;
  if (object !== undefined) yield* visit(object, locals);
}

function* visitNested(node: Node, locals: Locals): Generator<Reference> {
  const [object, resource] = node.parts;
  if (object !== undefined) yield* visit(object, locals);
  if (resource !== undefined) yield { name: resource.text, node: resource, kind: 'nested' };
}

function* visitType(node: Node, locals: Locals): Generator<Reference> {
  for (const part of node.parts) {
    if (part.type === 'identifier') yield { name: part.text, node: part, kind: 'type' };
    else yield* visit(part, locals);
  }
}

function* visitFunction(node: Node, locals: Locals): Generator<Reference> {
  const parameters = node.parts.find(({ type }) => type === 'parameters');
  const names = parameters === undefined ? [] : parameters.parts.flatMap((one) => one.parts[0] ?? []);
  const inner = new Set([...locals, ...names.map(({ text }) => text)]);
  for (const part of node.parts.slice(1)) if (part.type !== 'parameters') yield* visit(part, inner);
}

function* visitDeclaration(node: Node, locals: Locals): Generator<Reference> {
  for (const part of node.parts.slice(1)) yield* visit(part, locals);
}
