// Metrics and attributes that alerts and the workbook ask for = some that the code tells. A query for another one finds
// nothing, for ever, and says so to nobody.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '../../../shared/telemetry';
import { didYouMean, type Report } from '../report';
import type { Rule } from './rule';

const FILES = ['modules/alerts.bicep', 'modules/workbook.json'];

/** Their quotes are escaped in JSON. */
const METRIC = /\bName == \\?"([^"\\]+)/g;
const ATTRIBUTE = /\bProperties\[\\?"([^"\\]+)/g;

const METRIC_NAMES = new Set(Object.keys(METRICS));
const ATTRIBUTE_NAMES = new Set<string>(Object.values(METRICS).flatMap(({ attributes }) => [...attributes]));

export const telemetry: Rule = function* ({ folder }) {
  for (const file of FILES)
    for (const [index, line] of readFileSync(join(folder, file), 'utf8').split('\n').entries()) {
      const at = (message: string): Report => ({ file, line: index + 1, rule: 'untold-metric', message });
      yield* unknown(line, METRIC, METRIC_NAMES, at);
      yield* unknown(line, ATTRIBUTE, ATTRIBUTE_NAMES, at);
    }
};

function* unknown(
  line: string,
  pattern: RegExp,
  known: ReadonlySet<string>,
  at: (message: string) => Report,
): Generator<Report> {
  for (const [, name = ''] of line.matchAll(pattern))
    if (!known.has(name)) yield at(`no code tells "${name}"${didYouMean(name, known)}`);
}
