// A Telemetry for tests that keeps what it is told.
import type { Attributes, CounterName, HistogramName, SpanName, Telemetry } from '../../shared/telemetry';

interface RecordedSpan {
  readonly name: SpanName;
  readonly parent: string | undefined;
  readonly traceparent: string;
  attributes: Attributes;
  /** null: it has not ended. */
  ended: { readonly failure: string | undefined } | null;
}

export interface RecordedTelemetry extends Telemetry {
  readonly spans: RecordedSpan[];
  readonly values: {
    readonly name: CounterName | HistogramName;
    readonly value: number;
    readonly attributes: Attributes;
  }[];
}

export function recordTelemetry(): RecordedTelemetry {
  const spans: RecordedSpan[] = [];
  const values: RecordedTelemetry['values'] = [];
  const keep = (name: CounterName | HistogramName, value: number, attributes: Attributes = {}) =>
    void values.push({ name, value, attributes });
  return {
    isOn: true,
    spans,
    values,
    start: (name, parent, attributes) => {
      const span: RecordedSpan = {
        name,
        parent,
        traceparent: `span-${spans.length + 1}`,
        attributes,
        ended: null,
      };
      spans.push(span);
      return {
        traceparent: span.traceparent,
        set: (more) => void (span.attributes = { ...span.attributes, ...more }),
        end: (failure) => void (span.ended = { failure }),
      };
    },
    add: keep,
    record: keep,
    stop: () => Promise.resolve(),
  };
}
