// azure.yaml, hooks and parameter files name things that are elsewhere: each of them must be there.
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openParser } from './check/bicep/node';
import { type Program, readProgram } from './check/bicep/program';
import { declarationsOf } from './check/rules/rule';

const ROOT = join(__dirname, '..');
const AZURE_YAML = readFileSync(join(ROOT, 'azure.yaml'), 'utf8');
let program: Program;

beforeAll(async () => {
  program = readProgram(__dirname, await openParser());
});

/** Set by azd itself. */
const OF_AZD = ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'SERVICE_SERVER_IMAGE_NAME'];

function section(name: string): string {
  return new RegExp(`^${name}:\\n((?:[ #].*\\n|\\n)*)`, 'm').exec(AZURE_YAML)?.[1] ?? '';
}

function valuesOf(key: string): string[] {
  return [...AZURE_YAML.matchAll(new RegExp(`^ +${key}: (.*)$`, 'gm'))].map(([, value]) => value!);
}

it('tags one resource with the name of each service', () => {
  const services = [...section('services').matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name);
  const tags = [...program.files.values()].flatMap(({ root }) =>
    [...root.text.matchAll(/'azd-service-name': '(\w+)'/g)].map(([, name]) => name),
  );
  expect(services).toEqual(['functions', 'server']);
  expect(tags.sort()).toEqual(services);
});

it('deploys the server by a module that is there, with its parameters', () => {
  const [module] = valuesOf('module');
  expect(program.files.has(`${module}.bicep`)).toBe(true);
  expect(program.parameterFiles).toContain(`${module}.parameters.json`);
});

it('builds the image by a Dockerfile that is there', () => {
  accessSync(join(ROOT, valuesOf('path').at(-1)!), constants.R_OK);
});

it('runs hooks that are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const commands = valuesOf('run').flatMap((line) => line.split(' && '));
  const npmScripts = commands.flatMap((command) => /^npm run (\S+)$/.exec(command)?.[1] ?? []);
  const files = commands.filter((command) => command.startsWith('infra/'));
  expect(npmScripts.filter((name) => scripts[name] === undefined)).toEqual([]);
  expect([...npmScripts, ...files].length).toBeGreaterThan(0);
  for (const file of files) accessSync(join(ROOT, file), constants.X_OK);
});

it('gives server.bicep only what main.bicep puts out', () => {
  const outputs = declarationsOf(program.files.get('main.bicep')!, 'output').map(({ name }) => name);
  const text = readFileSync(join(__dirname, 'modules/server.parameters.json'), 'utf8');
  const names = [...text.matchAll(/\$\{([A-Z0-9_]+)\}/g)].map(([, name]) => name!);
  expect(names.filter((name) => ![...outputs, ...OF_AZD].includes(name))).toEqual([]);
});
