// An OpenTelemetry collector for tests: OTLP/HTTP with JSON on loopback, everything kept.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the root. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
}

export interface CollectedPoint {
  readonly service: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Of a histogram: how many values. */
  readonly value: number;
}

export interface Collector {
  readonly endpoint: string;
  readonly spans: CollectedSpan[];
  /** The latest point of each metric and its attributes. */
  readonly points: Map<string, CollectedPoint>;
  /** Everything that came, as text. */
  text(): string;
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: string | number;
    readonly doubleValue?: number;
  };
}
interface Resource {
  readonly resource: { readonly attributes: readonly Attribute[] };
}
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code?: number };
}
interface Point {
  readonly attributes: readonly Attribute[];
  readonly asInt?: string | number;
  readonly asDouble?: number;
  readonly count?: string | number;
}
interface Metric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}
interface Traces {
  readonly resourceSpans: readonly (Resource & {
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  })[];
}
interface Metrics {
  readonly resourceMetrics: readonly (Resource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  })[];
}

const STATUS_ERROR = 2;

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const spans: CollectedSpan[] = [];
  const points = new Map<string, CollectedPoint>();
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      bodies.push(body);
      if (request.url === '/v1/traces') spans.push(...readSpans(JSON.parse(body) as Traces));
      else for (const point of readPoints(JSON.parse(body) as Metrics)) points.set(identity(point), point);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    points,
    text: () => bodies.join('\n'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function readSpans({ resourceSpans }: Traces): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ name, traceId, spanId, parentSpanId = '', attributes, status }) => ({
        service: String(readAttributes(resource.attributes)['service.name']),
        ...{ name, traceId, spanId, parentSpanId },
        attributes: readAttributes(attributes),
        failed: status?.code === STATUS_ERROR,
      })),
  );
}

function readPoints({ resourceMetrics }: Metrics): CollectedPoint[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ name, sum, histogram }) =>
        (sum ?? histogram)!.dataPoints.map((point) => ({
          service: String(readAttributes(resource.attributes)['service.name']),
          name,
          attributes: readAttributes(point.attributes),
          value: Number(point.count ?? point.asInt ?? point.asDouble),
        })),
      ),
  );
}

function readAttributes(attributes: readonly Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? Number(value.intValue ?? value.doubleValue),
    ]),
  );
}

function identity({ service, name, attributes }: CollectedPoint): string {
  return JSON.stringify([service, name, attributes]);
}
