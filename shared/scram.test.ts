import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import type { ScramOptions } from './scram';
import { createVerifier, mockVerifier, parseVerifier, ScramError, ScramServer } from './scram';

const PLAIN: ScramOptions = { channelBinding: null, plusOffered: false };
const BINDING = Buffer.from('hash of the certificate');
const TLS: ScramOptions = { channelBinding: BINDING, plusOffered: true };

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** A client of its own, written from RFC 5802, so that both sides cannot share a mistake. */
function prove(password: string, header: string, binding: Buffer, serverFirst: string) {
  const [nonce, salt, iterations] = serverFirst.split(',').map((attribute) => attribute.slice(2));
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest();
  const c = Buffer.concat([Buffer.from(header), binding]).toString('base64');
  const withoutProof = `c=${c},r=${nonce}`;
  const authMessage = `n=,r=abc,${serverFirst},${withoutProof}`;
  const signature = hmac(storedKey, authMessage);
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64');
  const serverFinal = `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`;
  return { clientFinal: `${withoutProof},p=${proof}`, serverFinal };
}

function scramError(run: () => unknown): ScramError {
  try {
    run();
  } catch (error) {
    if (error instanceof ScramError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const server = (options = PLAIN) =>
  new ScramServer(parseVerifier(createVerifier('pencil', 4096, Buffer.from('0123456789abcdef'))), options);

describe('RFC 7677, section 3', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const rfcServer = () =>
    new ScramServer(parseVerifier(createVerifier('pencil', 4096, salt)), {
      ...PLAIN,
      nonce: () => '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    });

  test('gives the messages of the example', () => {
    const scram = rfcServer();

    expect(scram.first('n,,n=user,r=rOprNGfwEbeRWgbNEkqO', 'SCRAM-SHA-256')).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    );
    expect(
      scram.final(
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,' +
          'p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      ),
    ).toEqual({ ok: true, serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=' });
  });

  test('refuses a proof in which one bit differs', () => {
    const scram = rfcServer();
    scram.first('n,,n=user,r=rOprNGfwEbeRWgbNEkqO', 'SCRAM-SHA-256');

    expect(
      scram.final(
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,' +
          'p=cHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      ),
    ).toEqual({ ok: false });
  });
});

describe('verifier', () => {
  test('has the text form of PostgreSQL and is read back', () => {
    const text = createVerifier('pencil', 4096, Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));

    expect(text).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$' +
        'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
    expect(parseVerifier(text).iterations).toBe(4096);
  });

  test.each(['', 'md5abc', 'SCRAM-SHA-256$0:QUJD$QUJD:QUJD', 'SCRAM-SHA-256$4096:QUJD$QUJD:QUJD'])(
    'refuses %j as a verifier without repeating it',
    (text) => expect(() => parseVerifier(text)).toThrow(/^invalid SCRAM verifier$/),
  );

  test('takes no fewer iterations than RFC 7677 asks for', () =>
    expect(() => createVerifier('pencil', 4095)).toThrow(RangeError));

  test('has a new salt each time', () => expect(createVerifier('a')).not.toBe(createVerifier('a')));

  test.each([
    ['a soft hyphen is dropped', 'I\u00adX', 'IX'],
    ['a compatibility form is folded', '\u2168', 'IX'],
    ['a no-break space is a space', 'a\u00a0b', 'a b'],
    ['ASCII is left alone', 'a\tb', 'a\tb'],
    ['what SASLprep prohibits is used as it stands', '\u2168\u0007', '\u2168\u0007'],
    ['mixed directions are used as they stand', '\u2168\u06271', '\u2168\u06271'],
  ])('prepares a password: %s', (_, password, prepared) => {
    const salt = Buffer.from('0123456789abcdef');
    const clientKey = hmac(pbkdf2Sync(prepared, salt, 4096, 32, 'sha256'), 'Client Key');

    expect(parseVerifier(createVerifier(password, 4096, salt)).storedKey).toEqual(
      createHash('sha256').update(clientKey).digest(),
    );
  });

  test('of an unknown user is the same at each try and differs by name and by secret', () => {
    const secret = Buffer.alloc(32, 1);

    expect(mockVerifier('a', secret)).toEqual(mockVerifier('a', secret));
    expect(mockVerifier('a', secret).salt).not.toEqual(mockVerifier('b', secret).salt);
    expect(mockVerifier('a', secret).salt).not.toEqual(mockVerifier('a', Buffer.alloc(32, 2)).salt);
    expect(mockVerifier('a', secret).iterations).toBe(parseVerifier(createVerifier('x')).iterations);
  });
});

describe('exchange', () => {
  test('with channel binding binds the certificate', () => {
    const header = 'p=tls-server-end-point,,';
    const good = server(TLS);
    const wrong = server(TLS);
    const proof = prove('pencil', header, BINDING, good.first(`${header}n=,r=abc`, 'SCRAM-SHA-256-PLUS'));
    const other = prove(
      'pencil',
      header,
      Buffer.from('x'),
      wrong.first(`${header}n=,r=abc`, 'SCRAM-SHA-256-PLUS'),
    );

    expect(good.final(proof.clientFinal)).toEqual({ ok: true, serverFinal: proof.serverFinal });
    expect(scramError(() => wrong.final(other.clientFinal))).toMatchObject({
      code: '28000',
      message: 'SCRAM channel binding check failed',
    });
  });

  test('without channel binding takes n over TLS, and y where PLUS was not offered', () => {
    for (const [flag, options] of [
      ['n', TLS],
      ['y', { ...TLS, plusOffered: false }],
    ] as const) {
      const scram = server(options);
      const proof = prove(
        'pencil',
        `${flag},,`,
        Buffer.alloc(0),
        scram.first(`${flag},,n=,r=abc`, 'SCRAM-SHA-256'),
      );

      expect(scram.final(proof.clientFinal)).toEqual({ ok: true, serverFinal: proof.serverFinal });
    }
  });

  test('refuses y where PLUS was offered, as a downgrade', () =>
    expect(scramError(() => server(TLS).first('y,,n=,r=abc', 'SCRAM-SHA-256'))).toMatchObject({
      code: '28000',
      message: 'SCRAM channel binding negotiation error',
    }));

  test('refuses a header that was changed on the way', () => {
    const scram = server();
    const { clientFinal } = prove(
      'pencil',
      'y,,',
      Buffer.alloc(0),
      scram.first('n,,n=,r=abc', 'SCRAM-SHA-256'),
    );

    expect(scramError(() => scram.final(clientFinal)).message).toBe(
      'unexpected SCRAM channel-binding attribute in client-final-message',
    );
  });

  test.each([
    ['', 'malformed SCRAM message'],
    ['x,,n=,r=abc', 'malformed SCRAM message'],
    ['n', 'malformed SCRAM message'],
    ['n,b=x,n=,r=abc', 'malformed SCRAM message'],
    ['n,a=root,n=,r=abc', 'client uses authorization identity, but it is not supported'],
    ['n,,m=x,n=,r=abc', 'client requires an unsupported SCRAM extension'],
    ['n,,r=abc', 'malformed SCRAM message'],
    ['n,,n=,s=abc', 'malformed SCRAM message'],
    ['n,,n=,r=a\u0001', 'non-printable characters in SCRAM nonce'],
    ['n,,n=,r=', 'non-printable characters in SCRAM nonce'],
    ['n,,n=,r=abc\0', 'malformed SCRAM message'],
    ['p=tls-unique,,n=,r=abc', 'malformed SCRAM message'],
  ])('refuses the first message %j', (message, text) =>
    expect(scramError(() => server().first(message, 'SCRAM-SHA-256')).message).toBe(text),
  );

  test.each([
    ['n,,n=,r=abc', 'malformed SCRAM message'],
    ['p=tls-unique,,n=,r=abc', 'unsupported SCRAM channel-binding type'],
  ])('refuses the first message %j with SCRAM-SHA-256-PLUS', (message, text) =>
    expect(scramError(() => server(TLS).first(message, 'SCRAM-SHA-256-PLUS')).message).toBe(text),
  );

  test('refuses a nonce that is not ours', () => {
    const scram = server();
    const { clientFinal } = prove(
      'pencil',
      'n,,',
      Buffer.alloc(0),
      scram.first('n,,n=,r=abc', 'SCRAM-SHA-256'),
    );

    expect(scramError(() => scram.final(clientFinal.replace('r=abc', 'r=abd')))).toMatchObject({
      message: 'invalid SCRAM response',
      detail: 'Nonce does not match.',
    });
  });

  test('takes one final message only', () => {
    const scram = server();
    const { clientFinal } = prove(
      'pencil',
      'n,,',
      Buffer.alloc(0),
      scram.first('n,,n=,r=abc', 'SCRAM-SHA-256'),
    );
    scram.final(clientFinal);

    expect(scramError(() => scram.final(clientFinal)).message).toBe('malformed SCRAM message');
  });

  test('answers any text with a ScramError or a refusal, nothing else', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, two) => {
        scramError(() => {
          const scram = server();
          scram.first(one, 'SCRAM-SHA-256');
          scram.final(two);
          throw new ScramError('', 'refused');
        });
        const scram = server();
        scram.first('n,,n=,r=abc', 'SCRAM-SHA-256');
        scramError(() => {
          scram.final(two);
          throw new ScramError('', 'refused');
        });
      }),
      { numRuns: 50 },
    ));

  test('never lets a mock verifier succeed', () => {
    const scram = new ScramServer(mockVerifier('nobody', Buffer.alloc(32)), PLAIN);
    const { clientFinal } = prove(
      'pencil',
      'n,,',
      Buffer.alloc(0),
      scram.first('n,,n=,r=abc', 'SCRAM-SHA-256'),
    );

    expect(scram.final(clientFinal)).toEqual({ ok: false });
  });
});
