// Whether and where telemetry goes: the same settings on both sides, described in docs/telemetry.md.
import { MAX_MS, type Setting } from './settings';

/** OpenTelemetry's and Application Insights' own names, which platforms set too. */
export const TELEMETRY_SETTINGS = {
  otlpEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    description:
      'base URL of an OTLP/HTTP collector; telemetry is off where neither this nor the next is set',
    optional: true,
    pattern: /^https?:\/\/[^\s/]+(\/\S*)?$/,
    expected: 'an http(s) URL',
  },
  applicationInsights: {
    name: 'APPLICATIONINSIGHTS_CONNECTION_STRING',
    description: 'Application Insights that gets the telemetry',
    optional: true,
    pattern: /(^|;)InstrumentationKey=[0-9a-f-]{36}(;|$)/i,
    expected: 'a connection string with an InstrumentationKey',
  },
  applicationInsightsAuthentication: {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
    description:
      'who sends to it: Authorization=AAD, with ClientId=... for a user-assigned identity; empty: the key alone',
    optional: true,
    pattern: /^(ClientId=[0-9a-f-]{36};)?Authorization=AAD(;ClientId=[0-9a-f-]{36})?;?$/i,
    expected: '"Authorization=AAD", with or without "ClientId=<guid>"',
  },
  metricIntervalMs: {
    name: 'OTEL_METRIC_EXPORT_INTERVAL',
    description: 'how often metrics are sent, ms',
    default: '60000',
    range: [100, MAX_MS],
  },
  traceRatio: {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    description: 'part of the commit units that is traced, 0 to 1',
    default: '1',
    pattern: /^(0(\.\d+)?|1(\.0+)?)$/,
    expected: 'a number from 0 to 1',
  },
} as const satisfies Record<string, Setting>;

export type TelemetrySettings = Record<keyof typeof TELEMETRY_SETTINGS, string>;
