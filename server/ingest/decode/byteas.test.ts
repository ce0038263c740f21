// bytea as text, in both of its forms, against a real PostgreSQL.
import type { Client } from 'pg';
import { aColumn, list, verdict } from '../../../tests/support/decoding';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { BINARY_FORMAT } from './row-fields';

let postgres: RealPostgres;
let client: Client;

beforeAll(async () => {
  postgres = await startRealPostgres();
  client = await postgres.connect();
}, 60_000);

afterAll(async () => {
  await client.end();
  await postgres.close();
});

const VALUES = list`|abc|\\x|\\x00fF|\\x 00 ff|\\x0|\\x0g|\\x0 0|\\xzz|\\\\|a\\\\b|\\000|\\377|\\400|\\37|\\a|æ\\303|\\x é`;

test.each(VALUES)('reads %j as PostgreSQL does', async (text) => {
  const expected = await client
    .query<{ v: string }>("SELECT translate(encode($1::text::bytea, 'base64'), E'\n', '') AS v", [text])
    .then(
      ({ rows }) => ({ value: rows[0]!.v }),
      (error: { code: string }) => ({ refused: error.code }),
    );
  const ours = verdict(aColumn('bytea'), { bytes: text });

  const got =
    'value' in ours ? { value: JSON.parse(ours.value) as string } : { refused: ours.refused.slice(0, 5) };
  expect(got).toEqual(expected);
});

test('takes the bytes as they are in the binary format', () => {
  expect(verdict(aColumn('bytea'), { bytes: Buffer.from([0, 255]), format: BINARY_FORMAT })).toEqual({
    value: '"AP8="',
  });
});
