// The oracle is PostgreSQL: what it prints in any style is read back, and what it refuses is refused with its words.
import fc from 'fast-check';
import type { Client } from 'pg';
import { list } from '../../../tests/support/decoding';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { PostgresError } from '../../postgres-error';
import type { SessionValues } from './decoders';
import { MomentReader, type MomentType } from './timestamps';

let postgres: RealPostgres;
let client: Client;
beforeAll(async () => {
  postgres = await startRealPostgres();
  client = await postgres.connect();
  await client.query("SET TimeZone = 'UTC'");
});
afterAll(async () => {
  await client.end();
  await postgres.close();
});

async function use(session: SessionValues, style = 'ISO'): Promise<void> {
  await client.query("SELECT set_config('TimeZone', $1, false), set_config('DateStyle', $2, false)", [
    session.timeZone,
    `${style}, ${session.dateOrder}`,
  ]);
}

/** Microseconds since 1970, or the refusal. */
async function theirs(type: MomentType, text: string): Promise<string> {
  const query = `SELECT (extract(epoch FROM $1::${type}) * 1000000)::numeric(30)::text AS us`;
  try {
    const { rows } = await client.query<{ us: string }>(query, [text]);
    return rows[0]!.us;
  } catch (error) {
    const { code, message, hint } = error as PostgresError & { hint?: string };
    return `${code} ${message} ${hint ?? ''}`;
  }
}

function ours(type: MomentType, text: string, session: SessionValues): string {
  const reader = new MomentReader(type, session);
  const bytes = Buffer.from(`1${text}1`);
  try {
    const ms = reader.readText(bytes, 1, bytes.length - 1);
    return (BigInt(ms) * 1000n + BigInt(reader.micros)).toString();
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    return `${error.code} ${error.message} ${error.details.hint ?? ''}`;
  }
}

async function compare(type: MomentType, texts: readonly string[], session: SessionValues): Promise<void> {
  await use(session);
  const wanted: [string, string][] = [];
  for (const text of texts) wanted.push([text, await theirs(type, text)]);
  expect(texts.map((text) => [text, ours(type, text, session)])).toEqual(wanted);
}

const iso = list`2024-02-29 03:04:05|2024-02-29T03:04:05Z|2024-02-29t03:04:05z|2024-02-29 03:04:05.6|2024-02-29 03:04:05.678901\
|2024-02-29 03:04:05.1234567Z|2024-02-29 03:04:05.9999995|2024-02-29 03:04:05.9999994999|2024-02-29 03:04:05.0000005\
|2024-02-29 03:04:05.|2024-02-29 03:04:05+02|2024-02-29 03:04:05+0230|2024-02-29 03:04:05-02:30|2024-02-29 03:04:05+02:30:15\
|2024-02-29 03:04:05 +02|2024-02-29 03:04:05 + 02|2024-02-29 03:04:05+2|2024-02-29 03:04:05+023|2024-02-29 03:04|2024-02-29T03:04Z\
|2024-02-29|2024-02-29Z|2024-02-29 +02|2024-02-29 24:00:00|2024-02-29 24:00:01|2024-02-29 23:59:60|2024-02-29 23:59:61\
|2024-02-29 25:00|2024-02-29 03:60|2023-02-29|2024-02-30|2024-13-01|2024-00-01|2024-01-00|2024-01-32|0000-01-01|0001-01-01\
|0044-03-15 BC|0000-03-15 BC|9999-12-31 23:59:59.999999|10000-01-01|294276-12-31|294277-01-01|4714-11-24 BC|4714-11-23 BC\
|2024-2-9|2024-02-9 3:4:5|24-02-29|2024-02-29  03:04:05|  2024-02-29 03:04:05  |2024-02-29T03:04:05.678+00:00\
|2024-02-29 03:04:05+16|2024-02-29 03:04:05+15:60|2024-02-29 03:04:05+15:59|2024-02-29 03:04:05+1600|2024-02-29 03:04:05-15:59:59\
|20240229|20240229T030405|20240229T0304|20240229 030405|20240229T030405Z|20240229T030405.678+0200|20240229T030405-08|240229|2024-060|2024-366\
|2023-366|2024.060|2024060|J2460370|J2460370.5|J2460370-02|j a-07|j99999999999|J2460370x|2024-02-29 T 03:04|2024-W09-4|1e3|123|12345|1234567890|1700000000000|2024|2024-02\
|2024-02-29 3|2024-02-29 0304|2024-02-29 030405|2024-02-29 12:34.5|2024-02-29 03:04:05:06|2024-02-29 03:04:05.6.7`;

const others = list`Feb 29, 2024|February 29, 2024 03:04|29 Feb 2024|29-Feb-2024|29-FEB-24|2024-Feb-29|Feb-29-2024|Feb 29 03:04:05 2024\
|Thu Feb 29 03:04:05 2024 UTC|Thu, 29 Feb 2024 03:04:05 GMT|Thu Feb 29 03:04:05.5 2024 PST|Sept 5 2024|5 sept. 2024|Mai 5 2024|2/29/2024|29/2/2024\
|2/3/04|2/3/2004 4:05 PM|2024/02/29|2024/2/29 12:00 AM|2024-02-29 12:00 PM|2024-02-29 13:00 PM|2024-02-29 0:30 am|2024-02-29 3 pm|02.03.2004\
|2.3.2004 04:05:06|2024.02.29|2024-02-29 03:04:05 UTC|2024-02-29 03:04:05 CET|2024-02-29 03:04:05 cest|2024-07-01 03:04:05 Europe/Oslo\
|2024-07-01 03:04:05 europe/oslo|2024-07-01 03:04:05 America/New_York|2024-07-01 03:04:05 EST5EDT|2024-07-01 03:04:05 Etc/GMT+5\
|2024-07-01 03:04:05 Mars/Olympus|2024-07-01 03:04:05 XYZ|2024-07-01 03:04:05 MET DST|2024-07-01 03:04:05 PST8PDT|2024-07-01 03:04:05 zulu\
|2024-07-01 Japan|epoch|EPOCH|2024-07-01 epoch|allballs|2024-07-01 allballs|2024-02-29 AD|2024-02-29 03:04 BC|2024-02-29 BC AD||' '\
|-|+|abc|now now|today today|at 2024-02-29|2024-02-29 at 03:04|2024-02-29 on 03:04|2024-02-29 x|2024-02-29 03:04:05 03:04:05\
|2024-02-29 2024-02-29|Feb Feb 29 2024|Thu Thu Feb 29 2024|12:00|12:00 UTC|Feb 2024|Feb 29|2024-02-29 y|5d|2024-02-29 m|2024-02-29 dst\
|2024-02-29,03:04|(2024-02-29)|2024-02-29 "03:04"|2024-02-29é|2024-02-2９|1-1-1|1/1/1 BC|99-1-1|70-1-1|69-1-1|100-1-1|99999999999-1-1\
|2024-02-29 99999999999:00|2024-02-29 03:04+99999999999|2024--02-29|2024-02--29|2024-02-29-|-2024-02-29|2024-02-29T|T03:04:05|2024-02-29 TT 03:04\
|jan5 2024|jan5,2024|5jan2024|2024-jan|2024jan05|04:05:06.789 jan 8 1999|04:05:06 PM 1/8/1999|04:05:06 1999-01-08|UTC 1999-01-08|Thu 29-feb-2024|2024-02-29- 03:04|1999-01-08 04:05:06 -8:00|19990108T04:05|040506`;

describe('a date and time', () => {
  const utc: SessionValues = { timeZone: 'UTC', dateOrder: 'MDY' };
  const oslo: SessionValues = { timeZone: 'Europe/Oslo', dateOrder: 'DMY' };
  const newYork: SessionValues = { timeZone: 'America/New_York', dateOrder: 'YMD' };

  test.each<[MomentType, SessionValues]>([
    ['timestamptz', utc],
    ['timestamptz', oslo],
    ['timestamptz', newYork],
    ['timestamp', utc],
    ['timestamp', oslo],
    ['date', utc],
    ['date', newYork],
  ])('in ISO form is taken or refused as by PostgreSQL: %s in %j', (type, session) =>
    compare(type, iso, session),
  );

  test.each<[MomentType, SessionValues]>([
    ['timestamptz', utc],
    ['timestamptz', oslo],
    ['timestamptz', newYork],
    ['timestamp', utc],
    ['date', oslo],
  ])('in any other form is taken or refused as by PostgreSQL: %s in %j', (type, session) =>
    compare(type, others, session),
  );

  test('in a gap or an overlap of local time means what it means to PostgreSQL', async () => {
    const local = list`294276-12-31|275760-07-01|2024-03-31 01:59:59|2024-03-31 02:00|2024-03-31 02:30|2024-03-31 02:59:59.999|2024-03-31 03:00|2024-10-27 01:59:59\
|2024-10-27 02:00|2024-10-27 02:30|2024-10-27 02:59:59|2024-10-27 03:00|2024-03-10 02:30|2024-11-03 01:30|2024-04-07 01:45|2024-10-06 02:15\
|1940-08-11 00:30|1900-01-01|1895-01-01 00:00|1850-06-01 12:00|2099-07-01|1916-05-22 23:30|0044-03-15 BC`;
    for (const timeZone of [
      'Europe/Oslo',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Asia/Kolkata',
    ])
      await compare('timestamptz', local, { timeZone, dateOrder: 'MDY' });
  });

  test.each(['<+02>-02', '<-05:30>+05:30', 'FOO+3', 'Etc/GMT-14', 'GMT', 'posixrules', 'EST5EDT'])(
    'is local to the zone %s of the session',
    async (timeZone) => {
      const known = await client.query("SELECT set_config('TimeZone', $1, false)", [timeZone]).then(
        () => true,
        () => false,
      );
      if (known)
        await compare('timestamptz', ['2024-02-29 03:04:05', '2024-07-01'], { timeZone, dateOrder: 'MDY' });
      else expect(ours('timestamptz', '2024-02-29', { timeZone, dateOrder: 'MDY' })).toMatch(/^22023/);
    },
  );

  test('that PostgreSQL prints in any style and zone is read back', async () => {
    const samples = fc.sample(
      fc.record({
        us: fc.bigInt({ min: -2_208_988_800_000_000n, max: 4_102_444_799_999_999n }),
        timeZone: fc.constantFrom('UTC', 'Europe/Oslo', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia'),
        style: fc.constantFrom('ISO', 'SQL', 'Postgres', 'German'),
        dateOrder: fc.constantFrom<SessionValues['dateOrder']>('MDY', 'DMY', 'YMD'),
        type: fc.constantFrom<MomentType>('timestamptz', 'timestamp', 'date'),
      }),
      { numRuns: 600, seed: 2024 },
    );
    for (const { us, timeZone, style, dateOrder, type } of samples) {
      await use({ timeZone, dateOrder }, style);
      const moment = `to_timestamp(0) + $1::int8 * interval '1 microsecond'`;
      const { rows } = await client.query<{ text: string }>(`SELECT (${moment})::${type}::text AS text`, [
        String(us),
      ]);
      const { text } = rows[0]!;
      // Local mean time and abbreviations that mean something else elsewhere are no round trip in PostgreSQL either.
      const wanted = await theirs(type, text);
      expect([text, ours(type, text, { timeZone, dateOrder })]).toEqual([text, wanted]);
    }
  });

  test('that is said by a word is the clock’s', () => {
    const read = (text: string) => Number(BigInt(ours('timestamptz', text, utc)) / 1000n);
    const before = Date.now();
    const now = read('now');
    const after = Date.now();
    const days = read('tomorrow') - read('yesterday');

    expect(now >= before && now <= after).toBe(true);
    expect(read('today') % 86_400_000).toBe(0);
    expect(days === 2 * 86_400_000 || read('tomorrow') > after).toBe(true);
  });

  test('gives a time or a PostgresError, whatever the text', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(...others.flatMap((text) => text.split(/(?=[ :/-])/))),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(ours('timestamptz', parts.join(''), oslo)).toMatch(/^(-?\d+|22\d\d\d .*)/s);
      }),
      { numRuns: 2000 },
    );
  });
});
