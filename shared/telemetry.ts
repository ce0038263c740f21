// What Sluice tells about itself while rows are on their way: spans that a batch joins across queue and processes, and
// metrics. Both sides hold this port; whether anything listens is decided once, in telemetry-start.ts.
// Never a row's value, a secret, a token or a statement's text: names, counts, codes and times.

/** Every attribute that a span or a metric may have. */
type AttributeName =
  | 'sluice.unit'
  | 'sluice.batch'
  | 'sluice.batches'
  | 'sluice.statement'
  | 'sluice.statements'
  | 'sluice.table'
  | 'sluice.write'
  | 'sluice.rows'
  | 'sluice.bytes'
  | 'sluice.delivery'
  | 'sluice.service'
  | 'sluice.result'
  | 'sluice.sqlstate'
  | 'server.address'
  | 'http.request.method'
  | 'http.response.status_code';

export type Attributes = Readonly<Partial<Record<AttributeName, string | number>>>;

interface SpanDescription {
  readonly kind: 'server' | 'internal' | 'consumer' | 'client';
  readonly attributes: readonly AttributeName[];
  readonly description: string;
}

const HTTP = ['server.address', 'http.request.method', 'http.response.status_code'] as const;

export const SPANS = {
  'sluice.unit': {
    kind: 'server',
    attributes: ['sluice.unit', 'sluice.statements', 'sluice.rows', 'sluice.batches', 'sluice.result'],
    description: "a commit unit, from its first row to the answer that CDF has it; the trace's root",
  },
  'sluice.statement': {
    kind: 'internal',
    attributes: ['sluice.statement', 'sluice.table', 'sluice.rows', 'sluice.sqlstate'],
    description: 'one write of a client, until its rows are taken; the first 20 of a unit',
  },
  'sluice.write_batch': {
    kind: 'consumer',
    attributes: ['sluice.batch', 'sluice.table', 'sluice.write', 'sluice.rows', 'sluice.delivery'],
    description: 'one delivery of a batch to the function write-batch',
  },
  'sluice.token_request': {
    kind: 'client',
    attributes: ['server.address', 'sluice.result'],
    description: 'a request to a token endpoint',
  },
  'sluice.cdf_request': {
    kind: 'client',
    attributes: ['sluice.service', 'sluice.bytes', ...HTTP],
    description: 'one try of a request to CDF',
  },
} as const satisfies Record<string, SpanDescription>;

interface MetricDescription {
  readonly kind: 'counter' | 'up-down counter' | 'histogram';
  /** UCUM, as OpenTelemetry wants it. */
  readonly unit: string;
  readonly attributes: readonly AttributeName[];
  readonly description: string;
}

export const METRICS = {
  'sluice.sessions': {
    kind: 'up-down counter',
    unit: '{session}',
    attributes: [],
    description: 'sessions that are open',
  },
  'sluice.logins.refused': {
    kind: 'counter',
    unit: '{login}',
    attributes: ['sluice.sqlstate'],
    description: 'logins that were refused; 28P01: unknown user or wrong password',
  },
  'sluice.unit.duration': {
    kind: 'histogram',
    unit: 's',
    attributes: ['sluice.result'],
    description: 'commit units with rows, from the first row to the answer',
  },
  'sluice.queued.batches': {
    kind: 'counter',
    unit: '{batch}',
    attributes: ['sluice.table', 'sluice.write'],
    description: 'batches that the server has put into the queue',
  },
  'sluice.queued.rows': {
    kind: 'counter',
    unit: '{row}',
    attributes: ['sluice.table', 'sluice.write'],
    description: 'rows in them',
  },
  'sluice.queued.bytes': {
    kind: 'counter',
    unit: 'By',
    attributes: ['sluice.table', 'sluice.write'],
    description: 'bytes of their bodies, gzipped',
  },
  'sluice.queue.age': {
    kind: 'histogram',
    unit: 's',
    attributes: ['sluice.table'],
    description: 'age of a batch when its turn to be written has come',
  },
  'sluice.written.batches': {
    kind: 'counter',
    unit: '{batch}',
    attributes: ['sluice.table', 'sluice.result'],
    description: 'batches with an outcome: written, refused (some of its rows), failed (as a whole)',
  },
  'sluice.written.rows': {
    kind: 'counter',
    unit: '{row}',
    attributes: ['sluice.table', 'sluice.result'],
    description: 'rows in them: written or refused',
  },
  'sluice.poison.batches': {
    kind: 'counter',
    unit: '{batch}',
    attributes: [],
    description: 'batches set aside because no delivery could write them',
  },
  'sluice.cdf.duration': {
    kind: 'histogram',
    unit: 's',
    attributes: ['sluice.service', 'http.response.status_code'],
    description: "requests to CDF, each try by itself; status 0: no answer. Its count is CDF's requests",
  },
  'sluice.token.refreshes': {
    kind: 'counter',
    unit: '{token}',
    attributes: ['sluice.result'],
    description: 'requests to token endpoints: ok, refused, unreachable',
  },
} as const satisfies Record<string, MetricDescription>;

export type SpanName = keyof typeof SPANS;
type OfKind<Kind> = {
  [Name in keyof typeof METRICS]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[keyof typeof METRICS];
export type CounterName = OfKind<'counter' | 'up-down counter'>;
export type HistogramName = OfKind<'histogram'>;

export interface OpenSpan {
  /** W3C Trace Context, for whoever goes on with the work; undefined where nothing listens. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** `failure`: a code that says why it failed (SQLSTATE, OAuth error, HTTP status), never a message. */
  end(failure?: string): void;
}

export interface Telemetry {
  /** False: nothing listens, and callers may spare themselves the trouble. */
  readonly isOn: boolean;
  /** `parent`: the traceparent of the span that this one belongs to; without one a trace begins. */
  start(name: SpanName, parent: string | undefined, attributes: Attributes): OpenSpan;
  add(name: CounterName, value: number, attributes?: Attributes): void;
  record(name: HistogramName, value: number, attributes?: Attributes): void;
  /** Sends what is left; resolves within a bounded time, whether or not anyone took it. */
  stop(): Promise<void>;
}

const NO_SPAN: OpenSpan = { traceparent: undefined, set: () => undefined, end: () => undefined };

/** Nothing listens. */
export const NO_TELEMETRY: Telemetry = {
  isOn: false,
  start: () => NO_SPAN,
  add: () => undefined,
  record: () => undefined,
  stop: () => Promise.resolve(),
};
