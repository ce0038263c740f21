// `x.parameters.json` beside `x.bicep`: its keys are parameters of that file, and every required one is there. Values
// may hold azd's `${NAME}` and `${NAME=default}`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowedValues, type BicepFile, type Declaration, isRequired } from '../bicep/file';
import { literalText } from '../bicep/syntax';
import { didYouMean, type Report } from '../report';
import { declarationsOf, type Rule } from './rule';

export const parameterFiles: Rule = function* (program) {
  for (const path of program.parameterFiles) {
    const target = program.files.get(path.replace(/\.parameters\.json$/, '.bicep'));
    const at = (line: number, rule: string, message: string): Report => ({ file: path, line, rule, message });
    if (target === undefined) yield at(1, 'missing-module', 'there is no Bicep file of this name beside it');
    else yield* checkFile(target, readFileSync(join(program.folder, path), 'utf8'), at);
  }
};

type At = (line: number, rule: string, message: string) => Report;

function* checkFile(target: BicepFile, text: string, at: At): Generator<Report> {
  const { parameters } = JSON.parse(text) as { parameters: Record<string, { value?: unknown }> };
  const declared = new Map(declarationsOf(target, 'param').map((param) => [param.name, param]));
  const lineOf = (key: string) => text.slice(0, text.indexOf(`"${key}"`)).split('\n').length;
  for (const [key, { value }] of Object.entries(parameters)) {
    const param = declared.get(key);
    if (param === undefined)
      yield at(
        lineOf(key),
        'unknown-parameter',
        `${target.path} has no parameter "${key}"${didYouMean(key, declared.keys())}`,
      );
    else yield* checkValue(param, value, (rule, message) => at(lineOf(key), rule, message));
  }
  for (const [name, param] of declared)
    if (isRequired(param) && !Object.hasOwn(parameters, name))
      yield at(1, 'missing-parameter', `${target.path} needs its parameter "${name}"`);
}

function* checkValue(
  param: Declaration,
  value: unknown,
  report: (rule: string, message: string) => Report,
): Generator<Report> {
  const [, hasDefault, fallback] = /^\$\{[A-Z0-9_]+(=(.*))?\}$/.exec(String(value)) ?? [];
  const text = hasDefault === undefined ? String(value) : (fallback ?? '');
  if (text.startsWith('${')) return;
  const allowed = allowedValues(param)?.map((one) => literalText(one) ?? one.text);
  if (allowed !== undefined && !allowed.includes(text))
    yield report('wrong-parameter', `parameter "${param.name}" cannot be "${text}": ${allowed.join(', ')}`);
  if (param.decorators.has('secure') && text !== '')
    yield report('secret', `parameter "${param.name}" is secret: it has no place in a file`);
}
