// Settings in Bicep = settings that the code reads, on both sides.
import type { BicepFile, Declaration } from '../bicep/file';
import type { Node } from '../bicep/node';
import { entriesOf, entryOf, literalText, nodesOf } from '../bicep/syntax';
import type { Setting } from '../../../shared/settings';
import { type Side, SIDES } from '../deployment/side-settings';
import { didYouMean, type Report } from '../report';
import { declarationsOf, reportAt, type Rule } from './rule';

export const settings: Rule = function* (program) {
  for (const side of SIDES) {
    const file = program.files.get(side.file);
    if (file !== undefined) yield* checkSide(file, side);
  }
};

function* checkSide(file: BicepFile, side: Side): Generator<Report> {
  const given = new Map(declarationsOf(file, 'resource').flatMap(settingsOf));
  for (const [name, node] of given) {
    const fault = nameFault(side, name) ?? valueFault(side, name, node);
    if (fault !== null) yield reportAt(file, node, ...fault);
  }
  for (const name of namesOf(side))
    if (!given.has(name) && !(name in side.unset)) {
      const description = settingOf(side, name)?.description ?? 'the host reads it';
      yield reportAt(file, file.root, 'missing-setting', `${name} is not set: ${description}`);
    }
}

type Fault = [rule: string, message: string];

function settingOf(side: Side, name: string): Setting | undefined {
  return Object.values(side.settings).find((setting) => setting.name === name);
}

function namesOf(side: Side): string[] {
  return [...Object.values(side.settings).map(({ name }) => name), ...side.ofHost];
}

function nameFault(side: Side, name: string): Fault | null {
  const known = namesOf(side);
  if (!known.includes(name)) return ['unread-setting', `no code reads ${name}${didYouMean(name, known)}`];
  const why = side.unset[name];
  return why === undefined ? null : ['unread-setting', `${name} is to be left unset: ${why}`];
}

function valueFault(side: Side, name: string, node: Node): Fault | null {
  const value = literalText(entryOf(node, 'value')?.value ?? node);
  const { pattern, expected } = settingOf(side, name) ?? {};
  if (value === null || pattern?.test(value) !== false) return null;
  return ['wrong-setting', `${name} is not ${expected ?? String(pattern)}`];
}

/** Name and node of each app setting, or of each environment variable of a container. */
function settingsOf({ target, body }: Declaration): [string, Node][] {
  if (body === null) return [];
  if (target.startsWith('Microsoft.Web/sites/config@')) {
    const properties = entryOf(body, 'properties')?.value;
    return properties === undefined ? [] : entriesOf(properties).map(({ key, value }) => [key ?? '?', value]);
  }
  if (!target.startsWith('Microsoft.App/containerApps@')) return [];
  const lists = [...nodesOf(body)]
    .filter(({ type }) => type === 'object')
    .map((node) => entryOf(node, 'env'));
  return lists
    .flatMap((entry) => entry?.value.parts ?? [])
    .filter(({ type }) => type === 'object')
    .map((node) => [literalText(entryOf(node, 'name')?.value ?? null) ?? '?', node]);
}
