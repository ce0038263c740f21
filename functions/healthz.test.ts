import { HttpRequest } from '@azure/functions';
import { createLog } from '../shared/log';
import { createHealthz } from './healthz';

const request = () => new HttpRequest({ method: 'GET', url: 'http://localhost/healthz' });

test('says ok where Table Storage answers', async () => {
  const healthz = createHealthz(
    () => Promise.resolve(),
    createLog('test', () => {}),
  );

  expect(await healthz(request())).toEqual({ status: 200, jsonBody: { status: 'ok' } });
});

test('says 503 where it does not, and tells only the log why', async () => {
  const lines: string[] = [];
  const healthz = createHealthz(
    () => Promise.reject(new Error('10.0.0.4 refused')),
    createLog('test', (line) => lines.push(line)),
  );

  expect(await healthz(request())).toEqual({ status: 503, jsonBody: { status: 'unavailable' } });
  expect(lines.join()).toContain('10.0.0.4 refused');
});
