import { OutcomeBell } from './outcome-bell';

/** Whether it has resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((no) => setImmediate(no, false))]);
}

test('whoever listens for a batch hears its bell, and no other', async () => {
  const bell = new OutcomeBell();
  const ear = bell.listen(['u/1', 'u/2']);
  const rung = ear.next();

  bell.ring('u/3');
  expect(await isDone(rung)).toBe(false);
  bell.ring('u/2');
  expect(await isDone(rung)).toBe(true);
});

test('several hear the same bell; a ring is heard once', async () => {
  const bell = new OutcomeBell();
  const [one, other] = [bell.listen(['u/1']), bell.listen(['u/1'])];
  const rings = [one.next(), other.next()];

  bell.ring('u/1');
  await Promise.all(rings);

  expect(await isDone(one.next())).toBe(false);
});

test('a closed ear hears nothing', async () => {
  const bell = new OutcomeBell();
  const ear = bell.listen(['u/1']);
  const rung = ear.next();

  ear.close();
  bell.ring('u/1');

  expect(await isDone(rung)).toBe(false);
});
