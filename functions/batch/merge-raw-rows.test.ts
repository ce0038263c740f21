import { openJsonBody } from './json-body';
import { mergeRows } from './merge-raw-rows';
import type { Job } from './job';

test('a number that JavaScript cannot hold stays what it is in CDF, and as the client wrote it', async () => {
  const row = '{"key":"1","columns":{"big":12345678901234567890, "kept":1e400,"set":1},"lastUpdatedTime":1}';
  const job = {
    batch: { target: { database: 'd', table: 't' } },
    table: { key: ['k'], acl: 'rawAcl', request: { kind: 'raw-rows' } },
    send: () => Promise.resolve(row),
  } as unknown as Job;
  const body = openJsonBody(
    Buffer.from('{"items":[{"key":"1","columns":{"set":98765432109876543210,"unnamed":1}}]}'),
  );

  const merged = await mergeRows(job, body, Uint32Array.of(0), ['k', 'set', 'none']);

  expect(merged.get(0)).toBe(
    '{"key":"1","columns":{"big":12345678901234567890,"kept":1e400,"set":98765432109876543210,"none":null}}',
  );
});
