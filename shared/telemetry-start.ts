// Decides at a process's start whether telemetry is on. Off costs nothing: no OpenTelemetry module is loaded then.
import type { Log } from './log';
import { NO_TELEMETRY, type Telemetry } from './telemetry';
import type * as Sdk from './telemetry-sdk';
import type { TelemetrySettings } from './telemetry-settings';

/** `service`: `sluice-server` or `sluice-functions`, the service.name of all that it tells. */
export function startTelemetry(settings: TelemetrySettings, service: string, log: Log): Telemetry {
  if (settings.otlpEndpoint === '' && settings.applicationInsights === '') return NO_TELEMETRY;
  // Loaded here and not above: 60 files that a process without telemetry neither reads nor keeps. Not by import(), which
  // is a promise: the function app registers its triggers before its file has ended.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { startSdk } = require('./telemetry-sdk') as typeof Sdk;
  return startSdk(settings, service, log);
}
