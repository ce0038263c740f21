// A gateway user as the API shows it. Neither verifier nor secret is within reach here.
import type { CredentialSummary } from '../../shared/credential';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export function renderUser(credential: CredentialSummary): object {
  const { username, createdTime, lastUpdatedTime = createdTime, disabled = false, clientId } = credential;
  return { username, createdTime, lastUpdatedTime, disabled, clientId };
}

export function renderUserWhole(credential: CredentialSummary, { host, port }: Endpoint): object {
  const { username, project, baseUrl, tokenUrl, scope } = credential;
  return { ...renderUser(credential), project, baseUrl, tokenUrl, scope, host, port, database: username };
}
