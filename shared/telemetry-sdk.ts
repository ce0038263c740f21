// Telemetry by OpenTelemetry's SDK: spans and metrics on their way to an OTLP/HTTP collector, to Application Insights, or
// to both. Nothing of it is global: what is not handed a Telemetry tells nothing.
import {
  type Attributes as SdkAttributes,
  type Context,
  type Counter,
  diag,
  DiagLogLevel,
  type Histogram,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type UpDownCounter,
} from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { monitorExporters } from './azure/monitor-exporter';
import { describeError, type Log } from './log';
import {
  type CounterName,
  type HistogramName,
  METRICS,
  type OpenSpan,
  SPANS,
  type Telemetry,
} from './telemetry';
import type { TelemetrySettings } from './telemetry-settings';

const SCOPE = 'sluice';
/** What the last words may take at a process's end; the Functions host waits 5 s for all of it. */
const STOP_LIMIT_MS = 3_000;
/** Spans that wait to be sent; beyond, they are dropped. */
const MAX_WAITING_SPANS = 2048;
/** Seconds: from a request that CDF answers at once to a batch that has waited for an hour. */
const BUCKETS_S = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600];
const SPAN_KINDS = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const;

interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

export function startSdk(settings: TelemetrySettings, service: string, log: Log): Telemetry {
  tellTrouble(log);
  const resource = resourceFromAttributes({ 'service.name': service, 'service.instance.id': instanceId() });
  const exporters = exportersOf(settings);
  const tracers = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number(settings.traceRatio)) }),
    spanProcessors: exporters.map(
      ({ spans }) => new BatchSpanProcessor({ exporter: spans, maxQueueSize: MAX_WAITING_SPANS }),
    ),
  });
  const exportIntervalMillis = Number(settings.metricIntervalMs);
  const meters = new MeterProvider({
    resource,
    readers: exporters.map(
      ({ metrics }) =>
        new PeriodicExportingMetricReader({
          exporter: metrics,
          exportIntervalMillis,
          exportTimeoutMillis: exportIntervalMillis,
        }),
    ),
  });
  const tracer = tracers.getTracer(SCOPE);
  return {
    isOn: true,
    start: (name, parent, attributes) => {
      const options = { kind: SPAN_KINDS[SPANS[name].kind], attributes: attributes as SdkAttributes };
      return openSpan(tracer.startSpan(name, options, contextOf(parent)));
    },
    ...instruments(meters),
    stop: () => stop(tracers, meters),
  };
}

function exportersOf({
  otlpEndpoint,
  applicationInsights,
  applicationInsightsAuthentication,
}: TelemetrySettings): Exporters[] {
  const base = otlpEndpoint.replace(/\/$/, '');
  const otlp = () => ({
    spans: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
    metrics: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
  });
  return [
    ...(base === '' ? [] : [otlp()]),
    ...(applicationInsights === ''
      ? []
      : [monitorExporters(applicationInsights, applicationInsightsAuthentication)]),
  ];
}

/** What cannot be sent is lost, and the log says so: rows never wait for telemetry. */
function tellTrouble(log: Log): void {
  const error = (message: string) => log.warn('telemetry-not-sent', { error: describeError(message) });
  const nothing = () => undefined;
  diag.setLogger(
    { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
}

/** A replica's or an instance's own name where the platform gives one. */
function instanceId(): string {
  const { CONTAINER_APP_REPLICA_NAME: replica, WEBSITE_INSTANCE_ID: instance, HOSTNAME: host } = process.env;
  return replica ?? instance ?? host ?? String(process.pid);
}

function instruments(meters: MeterProvider): Pick<Telemetry, 'add' | 'record'> {
  const meter = meters.getMeter(SCOPE);
  const counters = new Map<CounterName, Counter | UpDownCounter>();
  const histograms = new Map<HistogramName, Histogram>();
  for (const [name, { kind, unit, description }] of Object.entries(METRICS)) {
    const advice = { explicitBucketBoundaries: BUCKETS_S };
    if (kind === 'histogram')
      histograms.set(name as HistogramName, meter.createHistogram(name, { unit, description, advice }));
    else if (kind === 'counter')
      counters.set(name as CounterName, meter.createCounter(name, { unit, description }));
    else counters.set(name as CounterName, meter.createUpDownCounter(name, { unit, description }));
  }
  return {
    add: (name, value, attributes) => counters.get(name)?.add(value, attributes),
    record: (name, value, attributes) => histograms.get(name)?.record(value, attributes),
  };
}

function openSpan(span: Span): OpenSpan {
  return {
    traceparent: traceparentOf(span),
    set: (attributes) => void span.setAttributes(attributes),
    end: (failure) => {
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      span.end();
    },
  };
}

/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** What is no traceparent begins a trace of its own: it came with a message, and must not stop it. */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags ?? '', 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

async function stop(tracers: TracerProvider, meters: MeterProvider): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_LIMIT_MS)));
  // Each flushes what it has; a collector that is gone is no reason to fail at the end.
  const flushed = Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
  await Promise.race([flushed, late]);
  clearTimeout(timer);
}
