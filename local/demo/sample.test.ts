import { canonicalText, compareContents } from './contents';
import { sampleKinds } from './kinds';
import { numericSeries, PREFIX, sampleAssets, sampleEvents, stringSeries } from './sample-items';
import { numericPoints, rawRows, stringPoints } from './sample-points';

const kinds = sampleKinds();

test('the sample has the announced number of rows of each kind, each with a key of its own', () => {
  expect(Object.fromEntries(kinds.map(({ name, sent }) => [name, sent.size]))).toEqual({
    assets: 500,
    'time series': 100,
    'data points': 200_000,
    'string data points': 2_000,
    events: 2_000,
    'RAW rows': 5_000,
  });
});

test('a second run sends the same', () => {
  const again = sampleKinds();

  kinds.forEach(({ sent }, i) =>
    expect(compareContents(sent, again[i]!.sent)).toMatchObject({ equal: sent.size, unexpected: 0 }),
  );
});

test('assets are one tree of several levels, with children before their parents in places', () => {
  const assets = sampleAssets();
  const places = new Map(assets.map(({ externalId }, i) => [externalId, i]));
  const parents = new Map(assets.map((asset) => [asset.externalId, asset['parentExternalId'] as string]));
  const depthOf = (externalId: string): number => {
    const parent = parents.get(externalId);
    return parent === undefined ? 0 : 1 + depthOf(parent);
  };
  const children = assets.filter((asset) => asset['parentExternalId'] !== undefined);
  const isEarly = ({ externalId }: { externalId: string }) =>
    places.get(externalId)! < places.get(parents.get(externalId)!)!;

  expect(children).toHaveLength(assets.length - 1);
  expect(children.every(({ externalId }) => places.has(parents.get(externalId)!))).toBe(true);
  expect(Math.max(...assets.map(({ externalId }) => depthOf(externalId)))).toBe(4);
  expect(children.some(isEarly)).toBe(true);
  expect(children.some((child) => !isEarly(child))).toBe(true);
});

test('nothing exceeds the limits of CDF, and every external id is under the prefix', () => {
  const items = [...sampleAssets(), ...numericSeries(), ...stringSeries(), ...sampleEvents()];

  const longest = (texts: readonly unknown[]) =>
    Math.max(...texts.map((text) => (typeof text === 'string' ? text.length : 0)));

  expect(items.every(({ externalId }) => externalId.startsWith(PREFIX))).toBe(true);
  expect(longest(items.map(({ externalId }) => externalId))).toBeLessThanOrEqual(255);
  expect(longest(items.map((item) => item['name']))).toBeLessThanOrEqual(140);
  expect(longest(items.map((item) => item['description']))).toBeLessThanOrEqual(500);
  const bytes = [...stringPoints()].map(({ value }) => Buffer.byteLength(String(value)));
  expect(Math.max(...bytes)).toBeLessThanOrEqual(1023);
  expect([...numericPoints()].filter(({ value }) => !(Math.abs(Number(value)) < 1e100))).toEqual([]);
  expect(longest([...rawRows()].map(({ key }) => key))).toBeLessThanOrEqual(1024);
});

test('awkward text is in every kind of row', () => {
  const texts = [sampleAssets(), stringSeries(), sampleEvents(), [...stringPoints()], [...rawRows()]].map(
    (rows) => canonicalText(rows),
  );

  for (const text of texts)
    for (const awkward of ['\\t', '\\n', '\\r', '\\\\', '\\"', "'", 'æøå', '日本語', '🚰', '{\\"json\\"'])
      expect(text).toContain(awkward);
});
