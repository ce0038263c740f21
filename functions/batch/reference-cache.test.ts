import { gunzipSync } from 'node:zlib';
import { MAX_CACHED_REFERENCES, ReferenceCache } from './reference-cache';
import type { Send } from './sender';

function setup() {
  const asked: string[][] = [];
  let time = 0;
  const send: Send = ({ gzip }) => {
    const { items } = JSON.parse(gunzipSync(gzip!).toString()) as { items: { externalId: string }[] };
    asked.push(items.map(({ externalId }) => externalId));
    return Promise.resolve({ items: items.map(({ externalId }) => ({ externalId, id: externalId.length })) });
  };
  const cache = new ReferenceCache(() => time);
  return { asked, cache, send, pass: (ms: number) => (time += ms) };
}

test('asks in parts of 1000, and never again for what it knows', async () => {
  const { asked, cache, send } = setup();
  const lookUp = cache.of('me', send);
  const names = new Set(Array.from({ length: 2500 }, (_, i) => `a${i}`));

  expect((await lookUp('/assets', names, false)).ids.size).toBe(2500);
  expect((await lookUp('/assets', names, false)).cached.size).toBe(2500);

  expect(asked.map((names_) => names_.length)).toEqual([1000, 1000, 500]);
});

test('knows for each user and resource by itself, for ten minutes, until it is told to forget', async () => {
  const { asked, cache, send, pass } = setup();
  const names = new Set(['a']);
  await cache.of('me', send)('/assets', names, false);
  await cache.of('me', send)('/datasets', names, false);
  await cache.of('you', send)('/assets', names, false);
  expect(asked).toHaveLength(3);

  pass(600_001);
  await cache.of('me', send)('/assets', names, false);
  expect(asked).toHaveLength(4);

  expect((await cache.of('me', send)('/assets', names, true)).cached.size).toBe(0);
  expect(asked).toHaveLength(5);
});

test('keeps no more than its bound, the least recently used goes first', async () => {
  const { asked, cache, send } = setup();
  const lookUp = cache.of('me', send);
  const names = Array.from({ length: MAX_CACHED_REFERENCES }, (_, i) => `a${i}`);
  await lookUp('/assets', new Set(names), false);
  await lookUp('/assets', new Set(['a0', 'new']), false);
  asked.length = 0;

  await lookUp('/assets', new Set(['a0', 'a1', 'a2']), false);

  expect(asked).toEqual([['a1']]);
});
