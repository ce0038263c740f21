// Which settings each side reads, and which of them Azure leaves at their default, and why. Every other one is set in
// Bicep; and Bicep sets nothing that nobody reads.
import { FUNCTIONS_SETTINGS } from '../../../functions/settings';
import { SERVER_SETTINGS } from '../../../server/settings';
import type { Setting } from '../../../shared/settings';

export interface Side {
  /** The module that sets them. */
  readonly file: string;
  readonly settings: Readonly<Record<string, Setting>>;
  /** Names, and why Bicep does not set them. */
  readonly unset: Readonly<Record<string, string>>;
  /** Names that not the code but what runs it reads. */
  readonly ofHost: readonly string[];
}

const TELEMETRY_DEFAULTS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'telemetry goes to Application Insights',
  OTEL_METRIC_EXPORT_INTERVAL: 'its default does',
  OTEL_TRACES_SAMPLER_ARG: 'its default does',
};

const DEVELOPMENT = {
  SluiceStorage: 'a connection string is a key; for Azurite only',
};

export const SIDES: readonly Side[] = [
  {
    file: 'modules/server.bicep',
    settings: SERVER_SETTINGS,
    unset: {
      ...DEVELOPMENT,
      ...TELEMETRY_DEFAULTS,
      SLUICE_PG_HOST: 'a container listens on all its addresses, as is the default',
      SLUICE_PLAINTEXT: 'refuse is the default, and the only value for a network',
      SLUICE_IDLE_LIMIT_MS: 'its default does',
      SLUICE_MAX_MESSAGE_BYTES: 'its default does',
      SLUICE_WINDOW_BYTES: 'its default fits the memory of a replica',
      SLUICE_CACHE_DIR: 'its default is in /tmp, the EmptyDir',
      SLUICE_POSTGRES_BIN: "the image's business: server/Dockerfile knows where its PostgreSQL is",
    },
    ofHost: [],
  },
  {
    file: 'modules/functions.bicep',
    settings: FUNCTIONS_SETTINGS,
    unset: {
      ...DEVELOPMENT,
      ...TELEMETRY_DEFAULTS,
      SLUICE_KEY_FILE: 'the key is in the vault; for development only',
    },
    ofHost: [
      'AzureWebJobsStorage__accountName',
      'AzureWebJobsStorage__credential',
      'AzureWebJobsStorage__clientId',
    ],
  },
];
