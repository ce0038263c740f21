// Modules are called with the parameters that their files declare, and asked for outputs that they have.
import { allowedValues, type BicepFile, type Declaration, isRequired } from '../bicep/file';
import type { Node } from '../bicep/node';
import { moduleFile, type Program } from '../bicep/program';
import { chainOf, type Entry, entriesOf, entryOf, literalText, nodesOf } from '../bicep/syntax';
import { didYouMean, type Report } from '../report';
import { declarationsOf, perFile, reportAt } from './rule';

export const moduleParameters = perFile(function* (file, program): Generator<Report> {
  for (const module of declarationsOf(file, 'module')) {
    const target = moduleFile(program, file, module);
    if (module.target.includes(':')) continue;
    if (target === null)
      yield reportAt(file, module.node, 'missing-module', `there is no file ${module.target}`);
    else yield* checkParameters(file, module, target);
  }
});

function* checkParameters(file: BicepFile, module: Declaration, target: BicepFile): Generator<Report> {
  const given = entryOf(module.body, 'params');
  const entries = given?.value.type === 'object' ? entriesOf(given.value) : [];
  const declared = new Map(declarationsOf(target, 'param').map((param) => [param.name, param]));
  for (const entry of entries) {
    const param = declared.get(entry.key ?? '');
    if (param !== undefined) yield* checkGiven(file, entry, param);
    else
      yield reportAt(
        file,
        entry.keyNode,
        'unknown-parameter',
        `${target.path} has no parameter "${entry.key}"${didYouMean(entry.key ?? '', declared.keys())}`,
      );
  }
  for (const [name, param] of declared)
    if (isRequired(param) && !entries.some(({ key }) => key === name))
      yield reportAt(
        file,
        module.node,
        'missing-parameter',
        `module "${module.name}" does not give ${target.path} its parameter "${name}"`,
      );
}

function* checkGiven(file: BicepFile, { value }: Entry, param: Declaration): Generator<Report> {
  const fault = literalFault(value, param);
  if (fault !== null) yield reportAt(file, value, 'wrong-parameter', `parameter "${param.name}" ${fault}`);
}

/** Bicep's types of literals, by the name of their node. */
const LITERAL_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'int',
  boolean: 'bool',
  array: 'array',
  object: 'object',
};

const PRIMITIVES = new Set(Object.values(LITERAL_TYPES));

/** What is wrong with a literal as the value of a parameter; null where nothing is, or where it is no literal. */
function literalFault(value: Node, param: Declaration): string | null {
  const is = LITERAL_TYPES[value.type];
  const wanted = param.type.replace(/\?$/, '');
  if (is === undefined) return null;
  if (PRIMITIVES.has(wanted) && is !== wanted) return `is ${wanted}, not ${is}`;
  const allowed = allowedValues(param);
  const text = literalText(value) ?? (value.type === 'number' ? value.text : null);
  if (allowed === null || text === null) return null;
  const texts = allowed.map((one) => literalText(one) ?? one.text);
  return texts.includes(text) ? null : `cannot be "${text}": ${texts.join(', ')}${didYouMean(text, texts)}`;
}

export const moduleOutputs = perFile(function* (file, program): Generator<Report> {
  for (const node of nodesOf(file.root)) {
    const chain = node.type === 'member_expression' ? chainOf(node) : null;
    if (chain?.members.length !== 2) continue;
    const [outputs, output] = chain.members as [Node, Node];
    const module = file.names.get(chain.root.text);
    if (module?.kind !== 'module') continue;
    const fault = outputFault(program, file, module, [outputs.text, output.text]);
    if (fault !== null) yield reportAt(file, output, 'missing-output', fault);
    else if (module.isConditional && !node.parts[0]?.children.some(({ type }) => type === '.?'))
      yield reportAt(file, output, 'unsafe-access', `"${module.name}" may not be there: write .?outputs`);
  }
});

function outputFault(
  program: Program,
  file: BicepFile,
  module: Declaration,
  [outputs, output]: readonly [string, string],
): string | null {
  const target = moduleFile(program, file, module);
  if (target === null) return null;
  if (outputs !== 'outputs') return `a module has outputs, not "${outputs}"`;
  const names = declarationsOf(target, 'output').map(({ name }) => name);
  return names.includes(output)
    ? null
    : `${target.path} has no output "${output}"${didYouMean(output, names)}`;
}
