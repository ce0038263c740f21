// Which CDF the local stack writes to, and as whom: the stand-in, or what the settings put in its place.
import type { LocalSettings } from './settings';

export interface CdfTarget {
  readonly baseUrl: string;
  readonly project: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** The path of Entra ID's token endpoint, which the stand-in has too. */
const TOKEN_PATH = '/oauth2/v2.0/token';

export function cdfTarget(settings: LocalSettings, baseUrl: string): CdfTarget {
  const { project, clientId, clientSecret } = settings;
  return {
    baseUrl,
    project,
    tokenUrl: settings.tokenUrl === '' ? baseUrl + TOKEN_PATH : settings.tokenUrl,
    clientId,
    clientSecret,
    scope: settings.scope === '' ? `${new URL(baseUrl).origin}/.default` : settings.scope,
  };
}

/** The hosts that functions/ must be allowed to call, beside those of Azure and Cognite. */
export function allowedHosts({ baseUrl, tokenUrl, scope }: CdfTarget): string {
  const origins = [baseUrl, tokenUrl, scope]
    .filter((url) => URL.canParse(url))
    .map((url) => new URL(url).origin);
  return [...new Set(origins)].join(',');
}
