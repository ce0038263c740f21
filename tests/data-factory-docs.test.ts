// docs/data-factory.md and docs/entra-and-cdf.md quote what the gateway says and name its columns: pages and sources have
// to agree, or a reader searches for a text that nobody sends.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tableNamed } from '../shared/tables/catalogue';

const ROOT = resolve(__dirname, '..');
const page = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8');

/** All sources as one text, in which a message that is written over several lines, or with values in it, is in one piece. */
function messages(): string {
  return ['server', 'functions', 'shared']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file))
        .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
    )
    .join('\n')
    .replace(/['"`] \+\s+['"`]/g, '');
}

/** First cells of the rows of the table under a heading, without their quotes. */
function quoted(text: string, heading: string): string[] {
  const section = text.slice(text.indexOf(heading));
  return Array.from(section.matchAll(/^\| (?:\d{3} )?`([^`]+)` +\|/gm), (match) => match[1]!);
}

describe.each([
  ['data-factory.md', '## Troubleshooting'],
  ['entra-and-cdf.md', '## What may go wrong'],
])('%s', (name, heading) => {
  const texts = quoted(page(name), heading);
  const sources = messages();

  it('explains several messages', () => expect(texts.length).toBeGreaterThanOrEqual(5));

  it.each(texts)('quotes a message that is sent: %s', (text) => {
    for (const piece of text.split('…')) expect(sources).toContain(piece.trim());
  });
});

interface Sink {
  readonly sink?: { readonly name: string };
}

function jsonBlocks(text: string): Record<string, unknown>[] {
  return Array.from(text.matchAll(/^```json\n([^]*?)^```/gm), (match) => JSON.parse(match[1]!) as never);
}

it('gives Data Factory JSON that is JSON, for both versions of the connector', () => {
  const services = jsonBlocks(page('data-factory.md')).filter(
    (block) => (block['properties'] as { type?: string } | undefined)?.type === 'AzurePostgreSql',
  );

  expect(services.map((service) => (service['properties'] as { version?: string }).version)).toEqual([
    '2.0',
    undefined,
  ]);
});

it.each([
  ['Copy events', 'events'],
  ['Report success', 'extraction_pipeline_runs'],
])('maps the columns of the activity %s to columns of %s that can be written', (activity, table) => {
  const block = jsonBlocks(page('data-factory.md')).find(({ name }) => name === activity)!;
  const { translator } = block['typeProperties'] as { translator: { mappings: Sink[] } };
  const columns = tableNamed(table)!.columns.filter(({ access }) => access !== 'read-only');

  expect(translator.mappings.length).toBeGreaterThan(1);
  for (const { sink } of translator.mappings) expect(columns.map(({ name }) => name)).toContain(sink?.name);
});
