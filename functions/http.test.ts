import { ReadableStream } from 'node:stream/web';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { createLog } from '../shared/log';
import { answerErrors, HttpError, readText } from './http';

function setup(answer: () => Promise<never>) {
  const lines: string[] = [];
  const handler = answerErrors(
    createLog('test', (line) => lines.push(line)),
    answer,
  );
  const request = new HttpRequest({ method: 'GET', url: 'http://localhost/' });
  return {
    lines,
    run: async () => await handler(request, new InvocationContext({ functionName: 'create' })),
  };
}

test('an HttpError is answered as it says, in the form of CDF', async () => {
  const { lines, run } = setup(() => Promise.reject(new HttpError(403, 'Ask for access.')));

  expect(await run()).toMatchObject({
    status: 403,
    jsonBody: { error: { code: 403, message: 'Ask for access.' } },
  });
  expect(lines).toEqual([]);
});

test('any other error is 500 with an id that the log has, and nothing of its text', async () => {
  const { lines, run } = setup(() => Promise.reject(new Error('table endpoint at 10.0.0.4')));

  const { status, jsonBody } = (await run()) as { status: number; jsonBody: { error: { message: string } } };

  const [errorId = ''] = /[0-9a-f-]{36}/.exec(jsonBody.error.message) ?? [];
  expect(status).toBe(500);
  expect(JSON.stringify(jsonBody)).not.toContain('10.0.0.4');
  expect(lines.join()).toContain(errorId);
  expect(lines.join()).toContain('10.0.0.4');
});

describe('readText', () => {
  const stream = (...chunks: string[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
        controller.close();
      },
    });

  test('reads up to the limit, and no byte more', async () => {
    expect(await readText(stream('ab', 'cd'), 4)).toBe('abcd');
    expect(await readText(stream('ab', 'cde'), 4)).toBeNull();
    expect(await readText(null, 4)).toBe('');
  });

  test('gives up a stream that never ends', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.alloc(1000)),
    });

    expect(await readText(endless, 10_000)).toBeNull();
  });
});
