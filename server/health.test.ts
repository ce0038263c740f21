import { type Health, listenHealth } from './health';

describe('health', () => {
  let health: Health;
  let ready: () => boolean | Promise<boolean>;

  beforeAll(async () => {
    health = await listenHealth({ host: '127.0.0.1', port: 0, isReady: () => ready() });
  });

  afterAll(() => health.close());

  const ask = async (path: string, method = 'GET') =>
    (await fetch(`http://127.0.0.1:${health.port}${path}`, { method })).status;

  it('is alive while it runs', async () => {
    expect(await ask('/livez')).toBe(200);
    expect(await ask('/livez?verbose', 'HEAD')).toBe(200);
  });

  it.each([
    ['yes', () => true, 200],
    ['no', () => Promise.resolve(false), 503],
    ['an error', () => Promise.reject(new Error('storage is gone')), 503],
  ])('is ready as it is told: %s', async (_case, answer, status) => {
    ready = answer;

    expect(await ask('/readyz')).toBe(status);
  });

  it.each([
    ['/', 'GET'],
    ['/livez/', 'GET'],
    ['/livez', 'POST'],
  ])('answers nothing else: %s %s', async (path, method) => {
    expect(await ask(path, method)).toBe(404);
  });
});
