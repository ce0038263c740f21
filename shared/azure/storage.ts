// How both sides reach Azure Storage: by managed identity in Azure, by a connection string beside Azurite.
// The setting names are those of the Functions host's identity-based connections, so that trigger and code agree.
import { TableClient } from '@azure/data-tables';
import { AzureCliCredential, ManagedIdentityCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import type { Setting } from '../settings';
import { SettingsError } from '../settings';

/** The name of the connection, as triggers give it. */
export const STORAGE_CONNECTION = 'SluiceStorage';

export const STORAGE_SETTINGS = {
  storageConnectionString: {
    name: STORAGE_CONNECTION,
    description: 'connection string of the data account; only for development beside Azurite',
    optional: true,
  },
  blobServiceUri: {
    name: `${STORAGE_CONNECTION}__blobServiceUri`,
    description: 'blob endpoint',
    optional: true,
  },
  queueServiceUri: {
    name: `${STORAGE_CONNECTION}__queueServiceUri`,
    description: 'queue endpoint',
    optional: true,
  },
  tableServiceUri: {
    name: `${STORAGE_CONNECTION}__tableServiceUri`,
    description: 'table endpoint',
    optional: true,
  },
  storageClientId: {
    name: `${STORAGE_CONNECTION}__clientId`,
    description: 'client id of the user-assigned managed identity',
    optional: true,
  },
  storageCredential: {
    name: `${STORAGE_CONNECTION}__credential`,
    description:
      "who signs in: the managed identity, or whoever is signed in to the Azure CLI (an operator's terminal)",
    default: 'managedidentity',
    pattern: /^(managedidentity|azurecli)$/,
    expected: 'managedidentity or azurecli',
  },
} as const satisfies Record<string, Setting>;

export type StorageSettings = Record<keyof typeof STORAGE_SETTINGS, string>;

/** A rule for readSettings: a connection string, or else all three endpoints. */
export function storageFaults(settings: StorageSettings): string[] {
  if (settings.storageConnectionString !== '') return [];
  const endpoints = ['blobServiceUri', 'queueServiceUri', 'tableServiceUri'] as const;
  return endpoints
    .filter((endpoint) => settings[endpoint] === '')
    .map(
      (endpoint) =>
        `${STORAGE_SETTINGS[endpoint].name} is not set: ${STORAGE_SETTINGS[endpoint].description}`,
    );
}

export interface Storage {
  table(name: string): TableClient;
  queue(name: string): QueueClient;
  container(name: string): ContainerClient;
}

/** Throws SettingsError where neither a connection string nor the three endpoints are given. */
export function connectStorage(settings: StorageSettings): Storage {
  const connectionString = settings.storageConnectionString;
  if (connectionString !== '') {
    const allowInsecureConnection = /DefaultEndpointsProtocol=http;/.test(connectionString);
    return {
      table: (name) => TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection }),
      queue: (name) => new QueueClient(connectionString, name),
      container: (name) => new ContainerClient(connectionString, name),
    };
  }
  const faults = storageFaults(settings);
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
  const { blobServiceUri, queueServiceUri, tableServiceUri } = settings;
  const credential = credentialOf(settings);
  return {
    table: (name) => new TableClient(tableServiceUri, name, credential),
    queue: (name) => new QueueClient(join(queueServiceUri, name), credential),
    container: (name) => new ContainerClient(join(blobServiceUri, name), credential),
  };
}

function credentialOf({ storageCredential, storageClientId }: StorageSettings) {
  if (storageCredential === 'azurecli') return new AzureCliCredential();
  return storageClientId === ''
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId: storageClientId });
}

function join(serviceUri: string, name: string): string {
  return `${serviceUri.replace(/\/$/, '')}/${name}`;
}
