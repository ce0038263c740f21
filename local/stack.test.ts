// Runs what `npm run build` has made: parts are processes, with a preload that must be JavaScript. The parts here are
// small scripts that hold a connection to the test, so that their end, however it comes, is seen at once.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const BUILT = resolve(__dirname, '../dist/local');
const directory = mkdtempSync(join(tmpdir(), 'sluice stack-'));

/**
 * Connects, says its name, and does what it is told: end, or end with an error on standard error. It is ready once its
 * name is on the way: a part stopped before that would never be known to the test.
 */
const PART = `
const { connect } = require('node:net');
const [, , name, manners] = process.argv;
if (manners === 'stubborn') process.on('SIGTERM', () => {});
if (manners === 'mother') require('node:child_process').spawn(process.execPath, [__filename, 'child', 'stubborn']);
const socket = connect(Number(process.env.TEST_PORT), '127.0.0.1', () => socket.write(name + '\\n', () => console.log('ready')));
socket.on('data', () => { console.error('the disk is full'); process.exit(3); });
`;

const DRIVER = `
const { createStack } = require(${JSON.stringify(join(BUILT, 'stack.js'))});
const stack = createStack([{ names: ['first'], limitMs: 300 }, { names: ['second'], limitMs: 300 }]);
const script = ${JSON.stringify(join(directory, 'part.js'))};
const part = (name, manners) => stack.start({
  name, script, arguments: [name, manners], environment: process.env,
  readReady: (line) => (line === 'ready' ? line : null), print: (line) => console.log(line),
});
const signal = new Promise((resolve) => process.once('SIGTERM', resolve));
(async () => {
  await Promise.all([part('first', process.argv[2]).ready, part('second', '').ready]);
  console.log('running');
  await Promise.race([signal, stack.crashed]);
})().then(() => 0, (error) => { console.log(error.message); return 1; })
  .then(async (code) => { await stack.stop(); process.exit(code); });
`;

let server: Server;
let parts: Map<string, Socket>;
let arrived: (name: string) => Promise<Socket>;
let driver: ChildProcess | null = null;
let printed: string[];

beforeAll(() => {
  writeFileSync(join(directory, 'part.js'), PART);
  writeFileSync(join(directory, 'driver.js'), DRIVER);
});
afterAll(() => rmSync(directory, { recursive: true }));

beforeEach(async () => {
  parts = new Map();
  printed = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').once('data', (name: string) => {
      parts.set(name.trim(), socket);
      server.emit('part');
    });
  }).listen(0, '127.0.0.1');
  arrived = async (name) => {
    for (;;) {
      const socket = parts.get(name);
      if (socket !== undefined) return socket;
      await once(server, 'part');
    }
  };
  await once(server, 'listening');
});
afterEach(async () => {
  driver?.kill('SIGKILL');
  server.close();
  for (const socket of parts.values()) socket.destroy();
  await once(server, 'close');
});

/** Resolves when both parts are ready. */
async function startDriver(manners: string): Promise<ChildProcess> {
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [join(directory, 'driver.js'), manners], {
    env: { ...process.env, TEST_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  driver = child;
  const running = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed.push(line);
      if (line === 'running') resolve();
    });
  });
  await running;
  return child;
}

const gone = async (name: string): Promise<void> => {
  const socket = await arrived(name);
  if (!socket.closed) await once(socket, 'close');
};

test('the crash of one part stops the others, and its last words are printed under its name', async () => {
  const stack = await startDriver('');
  const ended = once(stack, 'close');
  (await arrived('second')).write('fail\n');

  await expect(ended).resolves.toEqual([1, null]);
  await Promise.all([gone('first'), gone('second')]);
  expect(printed).toContain('[second] the disk is full');
  expect(printed).toContain('second ended: exit code 3');
});

test('a stop ends every part', async () => {
  const stack = await startDriver('');
  const ended = once(stack, 'close');
  stack.kill('SIGTERM');

  await expect(ended).resolves.toEqual([0, null]);
  await Promise.all([gone('first'), gone('second')]);
});

test('a part that does not heed SIGTERM is killed', async () => {
  const stack = await startDriver('stubborn');
  const ended = once(stack, 'close');
  stack.kill('SIGTERM');

  await expect(ended).resolves.toEqual([0, null]);
  await Promise.all([gone('first'), gone('second')]);
});

test('what a part has started goes with it', async () => {
  const stack = await startDriver('mother');
  await arrived('child');
  stack.kill('SIGTERM');

  await Promise.all([gone('first'), gone('second'), gone('child')]);
});

test('the parts end when the process that started them is killed', async () => {
  const stack = await startDriver('');
  await Promise.all([arrived('first'), arrived('second')]);
  stack.kill('SIGKILL');

  await Promise.all([gone('first'), gone('second')]);
});

test('a part that does not heed SIGTERM does not outlive the process that started it either', async () => {
  const stack = await startDriver('stubborn');
  await arrived('first');
  stack.kill('SIGKILL');

  await gone('first');
});
