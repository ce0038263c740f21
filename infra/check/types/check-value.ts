// An expression against a type: every property name, every required one, every value that can be seen.
import type { BicepFile } from '../bicep/file';
import type { Node } from '../bicep/node';
import { childOf, type Entry, entriesOf, literalText } from '../bicep/syntax';
import { didYouMean, type Report } from '../report';
import { reportAt } from '../rules/rule';
import { scalarFault } from './scalar-fault';
import type { DiscriminatedType, Lazy, ObjectType, Properties, Type } from './type';
import { resolve, scalarsOf } from './value-of';

export function* checkValue(file: BicepFile, written: Node, type: Type): Generator<Report> {
  const node = resolve(file, written);
  if (type.kind === 'any') return;
  switch (node.type) {
    case 'ternary_expression':
      for (const part of node.parts.slice(1)) yield* checkValue(file, part, type);
      return;
    case 'for_statement':
      yield* checkItem(file, childOf(node, 'body'), type);
      return;
    case 'object':
      yield* checkObject(file, node, type);
      return;
    case 'array':
      for (const item of node.parts) yield* checkItem(file, item, type);
      return;
    default:
      yield* checkScalar(file, node, written, type);
  }
}

/** `written`: where to report it, which may be a variable's name. */
function* checkScalar(file: BicepFile, node: Node, written: Node, type: Type): Generator<Report> {
  for (const scalar of scalarsOf(file, node)) {
    const fault = scalarFault(scalar, type);
    if (fault === null) continue;
    const name = written.parent?.type === 'object_property' ? `"${written.parent.parts[0]!.text}" ` : '';
    yield reportAt(file, written, fault.rule, `${name}${fault.message}`);
    return;
  }
}

function* checkItem(file: BicepFile, node: Node | null, type: Type): Generator<Report> {
  if (node === null) return;
  if (type.kind === 'array') yield* checkValue(file, node, type.item());
  else yield reportAt(file, node, 'wrong-type', `is ${type.kind}, not array`);
}

function* checkObject(file: BicepFile, node: Node, type: Type): Generator<Report> {
  if (type.kind === 'object') yield* checkEntries(file, node, type);
  else if (type.kind === 'discriminated') {
    const variant = variantOf(file, node, type);
    if ('line' in variant) yield variant;
    else yield* checkEntries(file, node, variant);
  } else yield reportAt(file, node, 'wrong-type', `is ${type.kind}, not object`);
}

/** The type that the discriminating property asks for, or what is wrong with that property. */
function variantOf(file: BicepFile, node: Node, type: DiscriminatedType): ObjectType | Report {
  const { discriminator, properties, variants } = type;
  const entry = entriesOf(node).find(({ key }) => key === discriminator);
  if (entry === undefined)
    return reportAt(file, node, 'missing-property', `"${discriminator}" is required by ${type.name}`);
  const value = literalText(resolve(file, entry.value));
  // What cannot be seen may be any of them: nothing can be said.
  if (value === null) return { kind: 'object', name: type.name, properties, others: anything };
  const variant = variants.get(value)?.();
  if (variant?.kind !== 'object')
    return reportAt(
      file,
      entry.value,
      'unknown-value',
      `"${discriminator}" cannot be "${value}"${didYouMean(value, variants.keys())}`,
    );
  return { ...variant, properties: new Map([...properties, ...variant.properties]) };
}

const anything: Lazy = () => ({ kind: 'any' });

/** `extra`: names beside the type's, which Bicep itself understands. */
export function* checkEntries(
  file: BicepFile,
  node: Node,
  type: ObjectType,
  extra: ReadonlySet<string> = new Set(),
): Generator<Report> {
  const entries = entriesOf(node);
  for (const entry of entries) if (!extra.has(entry.key ?? '')) yield* checkEntry(file, entry, type);
  if (entries.some(({ key }) => key === null)) return;
  for (const [name, { isRequired, isReadOnly }] of type.properties)
    if (isRequired && !isReadOnly && !entries.some(({ key }) => key === name))
      yield reportAt(file, node, 'missing-property', `"${name}" is required by ${type.name}`);
}

function* checkEntry(file: BicepFile, { key, keyNode, value }: Entry, type: ObjectType): Generator<Report> {
  if (key === null) {
    if (type.others !== null) yield* checkValue(file, value, type.others());
    return;
  }
  const property = type.properties.get(key);
  if (property?.isReadOnly) yield reportAt(file, keyNode, 'read-only', `"${key}" cannot be set`);
  else if (property !== undefined) yield* checkValue(file, value, property.type());
  else if (type.others !== null) yield* checkValue(file, value, type.others());
  else yield reportAt(file, keyNode, 'unknown-property', unknown(key, type.name, type.properties));
}

export function unknown(key: string, typeName: string, properties: Properties): string {
  return `${typeName} has no property "${key}"${didYouMean(key, properties.keys())}`;
}
