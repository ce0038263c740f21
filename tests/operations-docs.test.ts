// docs/operations.md is what an operator follows at night: what it names has to be there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KEPT_DAYS } from '../shared/load';

const ROOT = resolve(__dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const page = read('docs/operations.md');
const matches = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), (match) => match[1]!);

it('has a runbook for each alert, and for nothing else', () => {
  const list = read('infra/modules/alerts.bicep');
  const alerts = matches(list.slice(0, list.indexOf('resource ')), /^\s+name: '([a-z-]+)'$/gm);
  const section = page.slice(page.indexOf('## Alerts'), page.indexOf('## Telemetry'));

  expect(alerts).toHaveLength(4);
  expect(matches(section, /^### ([a-z-]+)$/gm)).toEqual(alerts);
});

it('names modules of infra/ that are there, and all of them', () => {
  const modules = readdirSync(join(ROOT, 'infra/modules')).filter((name) => name.endsWith('.bicep'));
  const table = page.slice(page.indexOf('## What stands where'), page.indexOf('## Deploy'));

  expect([...new Set(matches(table, /`([a-z-]+\.bicep)`/g))].sort()).toEqual(modules.sort());
});

it('names variables that infra/main.parameters.json reads, and parameters that main.bicep has', () => {
  const parameters = read('infra/main.parameters.json');
  for (const variable of matches(page, /azd env set ([A-Z_]+)/g))
    expect(parameters).toContain(`\${${variable}=`);
  const main = read('infra/main.bicep');
  for (const [name, value] of [
    ['keptDays', '30'],
    ['stagedDays', '7'],
    ['maximumInstanceCount', '40'],
    ['maxQueueAgeSeconds', '300'],
    ['maxLoginFailures', '20'],
  ]) {
    expect(page).toContain(`\`${name!}\``);
    expect(main).toContain(`param ${name!} int = ${value!}\n`);
  }
});

it('says how long what is swept is kept', () => {
  expect(page).toContain(`${KEPT_DAYS} days, then the nightly function \`sweep\``);
});

it.each(readdirSync(join(ROOT, 'docs')))('the links of docs/%s lead somewhere', (name) => {
  for (const target of matches(read(`docs/${name}`), /\]\(([^)#]+)?(?:#[^)]*)?\)/g))
    if (target !== undefined && !target.startsWith('http'))
      expect({ target, exists: existsSync(join(ROOT, 'docs', target)) }).toEqual({ target, exists: true });
});
