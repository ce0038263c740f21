import { rememberOnlyCluster } from './only-cluster';

function rig(...answers: (readonly string[])[]) {
  let asked = 0;
  let now = 0;
  const onlyCluster = rememberOnlyCluster(
    () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)]!),
    () => now,
  );
  return { onlyCluster, asked: () => asked, pass: (ms: number) => (now += ms) };
}

test('the one cluster of all users is remembered for a minute', async () => {
  const { onlyCluster, asked, pass } = rig(['https://a']);
  expect([await onlyCluster(), await onlyCluster()]).toEqual(['https://a', 'https://a']);
  expect(asked()).toBe(1);
  pass(60_000);
  await onlyCluster();
  expect(asked()).toBe(2);
});

test('without users, or with users of two clusters, there is none; the first user is seen at once', async () => {
  expect(await rig(['https://a', 'https://b']).onlyCluster()).toBeNull();
  const { onlyCluster } = rig([], ['https://a']);
  expect(await onlyCluster()).toBeNull();
  expect(await onlyCluster()).toBe('https://a');
});

test('a failure is told and not remembered', async () => {
  let fails = true;
  const onlyCluster = rememberOnlyCluster(
    () => (fails ? Promise.reject(new Error('storage is away')) : Promise.resolve(['https://a'])),
    () => 0,
  );
  await expect(onlyCluster()).rejects.toThrow('storage is away');
  fails = false;
  expect(await onlyCluster()).toBe('https://a');
});
