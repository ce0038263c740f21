// Reads a Dockerfile as far as ours goes: stages, instructions, continued lines, exec forms.

export interface Instruction {
  readonly keyword: string;
  /** `--from=build` is `from: "build"`. */
  readonly flags: Readonly<Record<string, string>>;
  /** As written, without flags. */
  readonly text: string;
  /** The exec form; null where it is a shell's. */
  readonly exec: readonly string[] | null;
}

export interface Stage {
  readonly base: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(source: string): Stage[] {
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(source)) {
    const instruction = parseInstruction(line);
    const [base = '', , name = ''] = instruction.text.split(/\s+/);
    if (instruction.keyword === 'FROM') stages.push({ base, name, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function logicalLines(source: string): string[] {
  const lines = source.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function parseInstruction(line: string): Instruction {
  const [, keyword = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  const flags: Record<string, string> = {};
  const text = rest.replace(/^(--[a-z-]+=\S+\s+)+/, (all) => {
    for (const [, name, value] of all.matchAll(/--([a-z-]+)=(\S+)/g)) flags[name!] = value!;
    return '';
  });
  const command = keyword === 'HEALTHCHECK' ? text.replace(/^CMD\s+/, '') : text;
  return { keyword: keyword.toUpperCase(), flags, text, exec: execForm(command) };
}

function execForm(text: string): string[] | null {
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : null;
}

export function ofKeyword({ instructions }: Stage, keyword: string): Instruction[] {
  return instructions.filter((instruction) => instruction.keyword === keyword);
}

/** `ENV a=1 b="2"`, `LABEL ...`. */
export function pairsOf(stage: Stage, keyword: string): Record<string, string> {
  const pairs = ofKeyword(stage, keyword).flatMap(({ text }) => [
    ...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g),
  ]);
  return Object.fromEntries(pairs.map(([, name, quoted, plain]) => [name!, quoted ?? plain!]));
}
