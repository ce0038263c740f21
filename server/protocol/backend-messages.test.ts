import fc from 'fast-check';
import { Parser } from 'pg-protocol/dist/parser';
import { PostgresError } from '../postgres-error';
import * as backend from './backend-messages';

/** What pg-protocol, an independent client, reads from our bytes. */
function readByClient(write: (writer: backend.MessageWriter) => void): Record<string, unknown>[] {
  const writer = new backend.MessageWriter();
  write(writer);
  const messages: Record<string, unknown>[] = [];
  new Parser().parse(writer.take(), (message) =>
    messages.push(message as unknown as Record<string, unknown>),
  );
  return messages;
}

function written(write: (writer: backend.MessageWriter) => void): Buffer {
  const writer = new backend.MessageWriter();
  write(writer);
  return writer.take();
}

describe('MessageWriter, as pg-protocol reads it', () => {
  it('writes the messages without payload', () => {
    const read = readByClient((writer) => {
      writer.authenticationOk();
      writer.parseComplete();
      writer.bindComplete();
      writer.closeComplete();
      writer.noData();
      writer.emptyQueryResponse();
      writer.portalSuspended();
      writer.readyForQuery('T');
    });

    expect(read.map(({ name }) => name)).toEqual([
      'authenticationOk',
      'parseComplete',
      'bindComplete',
      'closeComplete',
      'noData',
      'emptyQuery',
      'portalSuspended',
      'readyForQuery',
    ]);
    expect(read[7]).toMatchObject({ status: 'T' });
  });

  it('writes the steps of SASL', () => {
    const read = readByClient((writer) => {
      writer.authenticationSasl(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256']);
      writer.authenticationSaslContinue('r=abc,s=AAAA,i=4096');
      writer.authenticationSaslFinal('v=abc');
    });

    expect(read).toMatchObject([
      { name: 'authenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] },
      { name: 'authenticationSASLContinue', data: 'r=abc,s=AAAA,i=4096' },
      { name: 'authenticationSASLFinal', data: 'v=abc' },
    ]);
  });

  it('writes what a session begins with', () => {
    const read = readByClient((writer) => {
      writer.parameterStatus('server_version', '17.10');
      writer.backendKeyData(-5, Buffer.from([0, 0, 0, 9]));
    });

    expect(read).toMatchObject([
      { name: 'parameterStatus', parameterName: 'server_version', parameterValue: '17.10' },
      { name: 'backendKeyData', processID: -5, secretKey: 9 },
    ]);
  });

  it('writes NegotiateProtocolVersion with the whole version number', () => {
    const bytes = written((writer) => writer.negotiateProtocolVersion(2, ['_pq_.a', '_pq_.b']));

    expect(bytes.toString('latin1')).toBe('v\0\0\0\x1a\0\x03\0\x02\0\0\0\x02_pq_.a\0_pq_.b\0');
  });

  it('writes descriptions and rows', () => {
    const read = readByClient((writer) => {
      writer.parameterDescription(new Int32Array([25, 1184]));
      writer.copyInResponse(1, 2);
      writer.rowDescription([{ name: 'externalId', typeOid: 25, tableOid: 16396, attributeNumber: 2 }]);
      writer.dataRow(['Ü', null, '']);
      writer.commandComplete('INSERT 0 3');
    });

    expect(read).toMatchObject([
      { name: 'parameterDescription', dataTypeIDs: [25, 1184] },
      { name: 'copyInResponse', binary: true, columnTypes: [1, 1] },
      {
        name: 'rowDescription',
        fields: [{ name: 'externalId', dataTypeID: 25, tableID: 16396, columnID: 2 }],
      },
      { name: 'dataRow', fields: ['Ü', null, ''] },
      { name: 'commandComplete', text: 'INSERT 0 3' },
    ]);
  });

  it('writes every field of an error', () => {
    const details = {
      severity: 'FATAL',
      detail: 'd',
      hint: 'h',
      where: 'COPY assets, line 3',
      schema: 'public',
      table: 'assets',
      column: 'name',
      position: 8,
    } as const;

    const [error] = readByClient((writer) =>
      writer.errorResponse(new PostgresError('not_null_violation', 'null value', details)),
    );

    expect(error).toMatchObject({
      name: 'error',
      code: '23502',
      message: 'null value',
      ...details,
      position: '8',
    });
  });

  it('cuts a text at its NUL instead of breaking the message', () => {
    const [error, after] = readByClient((writer) => {
      writer.errorResponse(new PostgresError('syntax_error', 'near "a\0b"'));
      writer.readyForQuery('I');
    });

    expect(error).toMatchObject({ message: 'near "a' });
    expect(after).toMatchObject({ name: 'readyForQuery', status: 'I' });
  });

  it('takes messages back, and begins afresh after take', () => {
    const writer = new backend.MessageWriter();
    writer.noData();
    const mark = writer.length;
    writer.commandComplete('INSERT 0 1');
    writer.truncate(mark);
    const first = writer.take();
    writer.parseComplete();

    expect(first.toString('latin1')).toBe('n\0\0\0\x04');
    expect(writer.take().toString('latin1')).toBe('1\0\0\0\x04');
    expect(writer.length).toBe(0);
  });
});

describe('messages of the engine', () => {
  const text = fc.string({ unit: 'grapheme' }).map((given) => given.replaceAll('\0', ''));

  it('gives back the error that was written', () => {
    const error = fc.record({ message: text, detail: text, hint: text, where: text, position: fc.nat() });

    fc.assert(
      fc.property(error, ({ message, ...details }) => {
        const bytes = written((writer) =>
          writer.errorResponse(new PostgresError({ code: '42P01' }, message, details)),
        );

        const read = backend.decodeErrorResponse(bytes);

        expect(read).toMatchObject({ code: '42P01', message, severity: 'ERROR', details });
      }),
    );
  });

  it('reads fields that we never write', () => {
    const body = Buffer.from('SFEHLER\0VERROR\0C23505\0Mm\0npk\0\0');
    const bytes = Buffer.concat([Buffer.from('E\0\0\0\0'), body]);

    expect(backend.decodeErrorFields(bytes).get('n')).toBe('pk');
    expect(backend.decodeErrorResponse(bytes)).toMatchObject({ severity: 'ERROR', code: '23505' });
  });

  it('reads the transaction status', () => {
    expect(backend.readyForQueryStatus(written((writer) => writer.readyForQuery('E')))).toBe('E');
    expect(() => backend.readyForQueryStatus(Buffer.from('Z\0\0\0\x05?'))).toThrow(PostgresError);
  });

  it('reads rows as text or as offsets', () => {
    fc.assert(
      fc.property(fc.array(fc.option(text), { maxLength: 20 }), (values) => {
        expect(backend.dataRowText(written((writer) => writer.dataRow(values)))).toEqual(values);
      }),
    );
  });
});
