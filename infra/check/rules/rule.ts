// What a rule is: a look at all files, and what is wrong with them.
import type { BicepFile, Declaration } from '../bicep/file';
import type { Node } from '../bicep/node';
import type { Program } from '../bicep/program';
import type { Report } from '../report';

export type Rule = (program: Program) => Iterable<Report>;

export function reportAt(file: BicepFile, node: Node, rule: string, message: string): Report {
  return { file: file.path, line: node.line, rule, message };
}

/** A rule about one file at a time. */
export function perFile(check: (file: BicepFile, program: Program) => Iterable<Report>): Rule {
  return function* (program) {
    for (const file of program.files.values()) yield* check(file, program);
  };
}

export function declarationsOf(file: BicepFile, ...kinds: Declaration['kind'][]): Declaration[] {
  return file.declarations.filter(({ kind }) => kinds.includes(kind));
}
