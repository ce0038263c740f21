import { clientFinal, clientFirst, saslInitialResponse, saslResponse } from '../tests/support/scram-client';
import { ManualClock } from '../tests/support/manual-clock';
import { findAda, PASSWORD, USERNAME } from '../tests/support/test-server';
import { type AuthenticationPeer, createAuthenticate, type FindCredential } from './authentication';
import { PostgresError } from './postgres-error';
import { encodeQuery } from './protocol/engine-messages';
import { FrameReader } from './protocol/frame-reader';

const CHANNEL_BINDING = Buffer.alloc(32, 5);

/** A client in memory: `next` answers what the server said last. */
class Peer implements AuthenticationPeer {
  readonly said: Buffer[] = [];
  private readonly reader = new FrameReader();

  constructor(
    readonly username: string,
    private readonly answers: ((serverSaid: string) => Buffer)[],
    readonly channelBinding: Buffer | null = null,
  ) {}

  send(bytes: Buffer): void {
    this.said.push(bytes);
  }

  receive() {
    const last = this.said.at(-1) ?? Buffer.alloc(0);
    this.reader.push(this.answers.shift()!(last.toString('latin1', 9)));
    return Promise.resolve(this.reader.read()!);
  }

  get text(): string {
    return Buffer.concat(this.said).toString('latin1');
  }
}

const first = () => saslInitialResponse('SCRAM-SHA-256', clientFirst());
const finalWith = (password: string) => (serverFirst: string) =>
  saslResponse(clientFinal(serverFirst, password));
const knocking = (username: string, password: string) => new Peer(username, [first, finalWith(password)]);

function authenticateBy(findCredential: FindCredential = findAda, clock = new ManualClock()) {
  return createAuthenticate({ findCredential, mockSecret: Buffer.alloc(32, 1), clock });
}

async function refusalOf(attempt: Promise<void>): Promise<PostgresError> {
  const outcome = await attempt.then(
    () => new Error('let in'),
    (error: unknown) => error,
  );
  if (outcome instanceof PostgresError) return outcome;
  throw outcome;
}

describe('authentication', () => {
  it('lets in who has the password', async () => {
    const peer = knocking(USERNAME, PASSWORD);

    await authenticateBy()(peer);

    expect(peer.said.map((bytes) => bytes[8])).toEqual([10, 11, 12]);
    expect(peer.text.endsWith('R\0\0\0\x08\0\0\0\0')).toBe(true);
  });

  it('says the same, in the same number of steps, to a wrong password and an unknown user', async () => {
    const wrong = knocking(USERNAME, 'guess');
    const unknown = knocking('eve', PASSWORD);

    const refusals = [await refusalOf(authenticateBy()(wrong)), await refusalOf(authenticateBy()(unknown))];

    expect(refusals).toMatchObject([
      { code: '28P01', severity: 'FATAL', message: `password authentication failed for user "${USERNAME}"` },
      { code: '28P01', severity: 'FATAL', message: 'password authentication failed for user "eve"' },
    ]);
    expect(wrong.said.map((bytes) => bytes.length)).toEqual(unknown.said.map((bytes) => bytes.length));
  });

  it('shows an unknown user the same salt each time', async () => {
    const salts = [];
    for (let i = 0; i < 2; i++) {
      const peer = knocking('eve', 'guess');
      await refusalOf(authenticateBy()(peer));
      salts.push(/s=([^,]+)/.exec(peer.text)?.[1]);
    }

    expect(salts[0]).toBeDefined();
    expect(salts[1]).toBe(salts[0]);
  });

  it('offers channel binding over TLS only', async () => {
    const clear = new Peer(USERNAME, [first, finalWith(PASSWORD)]);
    const secure = new Peer(USERNAME, [first, finalWith(PASSWORD)], CHANNEL_BINDING);

    await authenticateBy()(clear);
    await authenticateBy()(secure);

    expect(clear.said[0]?.toString('latin1', 9)).toBe('SCRAM-SHA-256\0\0');
    expect(secure.said[0]?.toString('latin1', 9)).toBe('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0');
  });

  it('asks for the first word where the client leaves it to the server', async () => {
    const peer = new Peer(USERNAME, [
      () => saslInitialResponse('SCRAM-SHA-256', null),
      () => saslResponse(clientFirst()),
      finalWith(PASSWORD),
    ]);

    await authenticateBy()(peer);

    expect(peer.said[1]?.toString('latin1')).toBe('R\0\0\0\x08\0\0\0\x0b');
  });

  it.each<[string, Buffer, string, string]>([
    ['another message', encodeQuery('select 1'), '08P01', 'expected SASL response, got message type 81'],
    [
      'a mechanism that was not offered',
      saslInitialResponse('SCRAM-SHA-256-PLUS', 'p=tls-server-end-point,,n=,r=abc'),
      '08P01',
      'client selected an invalid SASL authentication mechanism',
    ],
    ['nonsense', saslInitialResponse('SCRAM-SHA-256', 'nonsense'), '08P01', 'malformed SCRAM message'],
    [
      'a response that is cut',
      saslResponse('SCRAM-SHA-256\0\0\0\0\x10n,,'),
      '08P01',
      'insufficient data left in message',
    ],
  ])('refuses %s', async (_case, answer, code, message) => {
    expect(await refusalOf(authenticateBy()(new Peer(USERNAME, [() => answer])))).toMatchObject({
      code,
      message,
    });
  });

  it('refuses a client that was talked out of channel binding', async () => {
    const talkedOut = () => saslInitialResponse('SCRAM-SHA-256', clientFirst().replace('n,,', 'y,,'));
    const peer = new Peer(USERNAME, [talkedOut], CHANNEL_BINDING);

    expect(await refusalOf(authenticateBy()(peer))).toMatchObject({
      code: '28000',
      message: 'SCRAM channel binding negotiation error',
    });
  });

  it('says that it cannot connect now where the store does not answer', async () => {
    const cause = new Error('ECONNREFUSED');

    const refusal = await refusalOf(
      authenticateBy(() => Promise.reject(cause))(knocking(USERNAME, PASSWORD)),
    );

    expect(refusal).toMatchObject({ code: '57P03', message: 'cannot connect now', severity: 'FATAL' });
    expect(refusal.details.cause).toBe(cause);
  });

  it.each([USERNAME, 'eve'])(
    'answers %s later and later after failures, rightly or not',
    async (username) => {
      const clock = new ManualClock();
      const authenticate = authenticateBy(findAda, clock);
      const waits: number[] = [];
      const attempt = async (password: string) => {
        const outcome = authenticate(knocking(username, password)).catch(
          (error: PostgresError) => error.code,
        );
        for (let turn = 0; turn < 20 && clock.waits.length === 0; turn++) await Promise.resolve();
        waits.push(clock.waits[0] ?? 0);
        clock.advance(clock.waits[0] ?? 0);
        return outcome;
      };

      for (let i = 0; i < 9; i++) expect(await attempt('guess')).toBe('28P01');
      await attempt(PASSWORD);

      expect(waits).toEqual([0, 0, 250, 500, 1000, 2000, 4000, 4000, 4000, 4000]);
    },
  );
});
