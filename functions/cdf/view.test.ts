// Views as the stand-in tells of them.
import type { Cdf } from '../../local/cdf/server';
import { DEFAULT_CLIENT, startCdf } from '../../local/cdf/server';
import { connect } from '../../local/cdf/test-client';
import { CdfError } from './cdf-error';
import { createCdfClient } from './client';
import { fetchToken } from './token';
import type { ViewName } from './view';
import { fetchView } from './view';

let cdf: Cdf;
let token: string;
beforeAll(async () => {
  cdf = await startCdf();
  const { id: clientId, secret: clientSecret } = DEFAULT_CLIENT;
  token = (await fetchToken({ ...cdf, clientId, clientSecret })).value;
  const { post } = await connect(cdf);
  const container = { type: 'container', space: 'plant', externalId: 'Pump' };
  const property = (containerPropertyIdentifier: string) => ({ container, containerPropertyIdentifier });
  for (const [path, item] of [
    ['/models/spaces', { space: 'plant' }],
    [
      '/models/containers',
      {
        space: 'plant',
        externalId: 'Pump',
        usedFor: 'node',
        properties: {
          name: { type: { type: 'text' }, nullable: false },
          size: { type: { type: 'int32' }, defaultValue: 7, nullable: false },
          tags: { type: { type: 'text', list: true }, description: 'What it is tagged with.' },
        },
      },
    ],
    ...['v1', 'v2'].map((version) => [
      '/models/views',
      {
        ...{ space: 'plant', externalId: 'Pump', version },
        properties: {
          name: property('name'),
          ...(version === 'v2' ? { size: property('size'), tags: property('tags') } : {}),
        },
      },
    ]),
  ] as [string, object][]) {
    const { status, body } = await post(path, { items: [item] });
    expect([path, status, body.error]).toEqual([path, expect.any(Number), undefined]);
  }
});
afterAll(() => cdf.close());

const fetchNamed = (name: Partial<ViewName>) =>
  fetchView(createCdfClient(), cdf, token, { space: 'plant', externalId: 'Pump', ...name });

test('a view tells its properties, what they must have, and what has a default', async () => {
  const view = await fetchNamed({ version: 'v2' });

  expect(view).toEqual({
    ...{ space: 'plant', externalId: 'Pump', version: 'v2', usedFor: 'node' },
    properties: expect.arrayContaining([
      expect.objectContaining({ name: 'name', nullable: false, hasDefault: false }),
      expect.objectContaining({ name: 'size', type: { type: 'int32', list: false }, hasDefault: true }),
      expect.objectContaining({
        name: 'tags',
        type: { type: 'text', list: true },
        nullable: true,
        description: 'What it is tagged with.',
      }),
    ]) as unknown,
  });
});

test('a version that is named is the one; an unknown view is none', async () => {
  expect((await fetchNamed({ version: 'v1' }))?.properties.map(({ name }) => name)).toEqual(['name']);
  expect(await fetchNamed({ version: 'v3' })).toBeNull();
  expect(await fetchNamed({ externalId: 'Valve' })).toBeNull();
});

test("a token that CDF does not know is CDF's refusal", async () => {
  const asked = fetchView(createCdfClient(), cdf, 'unknown', { space: 'plant', externalId: 'Pump' });

  await expect(asked).rejects.toThrow(CdfError);
  await expect(asked).rejects.toMatchObject({ status: 401 });
});
