// What an expression is, as far as that can be seen without running it.
import { allowedValues, type BicepFile, type Declaration } from '../bicep/file';
import type { Node } from '../bicep/node';
import { callOf, literalText, unwrap } from '../bicep/syntax';

/** Variables that stand for variables: more is a circle. */
const MAX_STEPS = 8;

/** Follows names of variables to what they stand for. */
export function resolve(file: BicepFile, node: Node): Node {
  let at = unwrap(node);
  for (let step = 0; step < MAX_STEPS && at.type === 'identifier'; step++) {
    const declaration = file.names.get(at.text);
    if (declaration?.kind !== 'var' || declaration.value === null) break;
    at = unwrap(declaration.value);
  }
  return at;
}

/** A value that is neither object nor array. `value`: null where only its type is known. */
export interface Scalar {
  readonly type: 'string' | 'int' | 'bool';
  readonly value: string | null;
}

const STRING_FUNCTIONS = new Set(
  'string guid uniqueString toLower toUpper trim replace format substring join loadTextContent base64 uri'.split(
    ' ',
  ),
);

const PARAM_TYPES: Readonly<Record<string, Scalar['type']>> = { string: 'string', int: 'int', bool: 'bool' };

/** Of a param with @allowed: one for each of its values. Empty: it cannot be seen what it is. */
export function scalarsOf(file: BicepFile, node: Node): Scalar[] {
  switch (node.type) {
    case 'string':
      return [{ type: 'string', value: literalText(node) }];
    case 'number':
      return [{ type: 'int', value: node.text }];
    case 'boolean':
      return [{ type: 'bool', value: node.text }];
    case 'call_expression':
      return STRING_FUNCTIONS.has(callOf(node)?.name ?? '') ? [{ type: 'string', value: null }] : [];
    case 'identifier': {
      const param = file.names.get(node.text);
      return param?.kind === 'param' ? scalarsOfParam(param) : [];
    }
    default:
      return [];
  }
}

function scalarsOfParam(param: Declaration): Scalar[] {
  const type = PARAM_TYPES[param.type];
  if (type === undefined) return [];
  const allowed = allowedValues(param)?.map((one) => literalText(one) ?? one.text);
  return (allowed ?? [null]).map((value) => ({ type, value }));
}
