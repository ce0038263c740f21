// numeric(p,s) against a real PostgreSQL: rounded and refused as PostgreSQL does.
import fc from 'fast-check';
import type { Client } from 'pg';
import type { TypeName } from '../../../shared/tables/table';
import { aColumn, list, postgresVerdict, unquoted, verdict } from '../../../tests/support/decoding';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { OID } from './row-fields';

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

const TYPES: readonly TypeName[] = [
  'numeric(10,2)',
  'numeric(3,0)',
  'numeric(4,4)',
  'numeric(3,-2)',
  'numeric(2,5)',
];
const VALUES = list`0|-0|-0.0|1|1.005|-1.005|1.004999|99.995|999.4|999.5|99999999.994|99999999.995|12345678901.999|1e5|99950|49|50|-50|\
-0.001|0.99994|0.99995|0.00012345|0.000995|0.0009995|1e-400|.5|NaN`;

describe.each(TYPES)('%s', (type) => {
  it.each(VALUES)('takes or refuses %s as PostgreSQL does', async (bytes) => {
    if (bytes === 'NaN') expect(verdict(aColumn(type), { bytes })).toHaveProperty('refused');
    else expect(verdict(aColumn(type), { bytes })).toEqual(await postgresVerdict(client, type, { bytes }));
  });

  it.each([
    ['int4', OID.int4, '999'],
    ['int4', OID.int4, '-123456'],
    ['float8', OID.float8, '0.12345'],
    ['float8', OID.float8, '1e7'],
  ])('takes a %s as its cast does', async (source, oid, bytes) => {
    expect(verdict(aColumn(type), { bytes, oid })).toEqual(
      await postgresVerdict(client, type, { bytes, source }),
    );
  });
});

it('rounds any number to any scale as PostgreSQL does', async () => {
  const digits = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
  await fc.assert(
    fc.asyncProperty(digits, fc.integer({ min: -14, max: 2 }), async (mantissa, exponent) => {
      const bytes = `${mantissa}e${exponent}`;
      for (const type of TYPES) {
        const expected = await postgresVerdict(client, type, { bytes });
        const got = verdict(aColumn(type), { bytes });
        expect('value' in got ? unquoted(got.value) : got.refused).toBe(
          'value' in expected ? expected.value : expected.refused,
        );
      }
    }),
    { numRuns: 60 },
  );
});
