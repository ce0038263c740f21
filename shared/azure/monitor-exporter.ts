// Application Insights as a place for telemetry, through Microsoft's exporter. Loaded only where it is asked for: see
// shared/telemetry-start.ts.
import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import { ManagedIdentityCredential } from '@azure/identity';

/**
 * `authentication`: APPLICATIONINSIGHTS_AUTHENTICATION_STRING; empty: whoever has the connection string may send. Nothing
 * is kept on disk where it cannot be sent: the server's file system is read-only, and rows do not depend on it.
 */
export function monitorExporters(connectionString: string, authentication: string) {
  // The exporter would tell Microsoft about its own use, at hosts that no one in this tenant has named.
  process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] = 'true';
  const credential = credentialOf(authentication);
  const options = { connectionString, disableOfflineStorage: true, ...(credential && { credential }) };
  return {
    spans: new AzureMonitorTraceExporter(options),
    metrics: new AzureMonitorMetricExporter(options),
  };
}

function credentialOf(authentication: string): ManagedIdentityCredential | null {
  if (authentication === '') return null;
  const clientId = /ClientId=([^;]+)/i.exec(authentication)?.[1];
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}
