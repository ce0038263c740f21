// The key that wraps the data keys of sealed secrets: one in Key Vault, or one in a file of a developer's machine.
// Which of the two is a setting; exactly one must be set.
import { CryptographyClient } from '@azure/keyvault-keys';
import { ManagedIdentityCredential } from '@azure/identity';
import type { UnwrapKey, WrapKey } from '../sealed-secret';
import type { Setting } from '../settings';
import { SettingsError } from '../settings';
import { keyFromFile } from './key-file';

export const WRAPPING_KEY_SETTINGS = {
  wrappingKeyId: {
    name: 'SLUICE_WRAPPING_KEY_ID',
    description: 'URL of the Key Vault key that wraps data keys, with its version',
    optional: true,
    pattern: /^https:\/\/[a-z0-9.-]+\/keys\/[A-Za-z0-9-]+\/[0-9a-f]{32}$/,
    expected: 'https://<vault>/keys/<name>/<version>',
  },
  keyFile: {
    name: 'SLUICE_KEY_FILE',
    description: 'file with the wrapping key (32 bytes, made if missing); for development',
    optional: true,
  },
} as const satisfies Record<string, Setting>;

export interface WrappingKeySettings extends Record<keyof typeof WRAPPING_KEY_SETTINGS, string> {
  /** The managed identity that may use the key; empty = the system-assigned one. */
  readonly storageClientId: string;
}

export interface WrappingKey {
  readonly wrapKey: WrapKey;
  readonly unwrapKey: UnwrapKey;
}

/** A rule for readSettings. */
export function wrappingKeyFaults({
  wrappingKeyId,
  keyFile,
}: Omit<WrappingKeySettings, 'storageClientId'>): string[] {
  const isOne = (wrappingKeyId === '') !== (keyFile === '');
  return isOne ? [] : ['exactly one of SLUICE_WRAPPING_KEY_ID and SLUICE_KEY_FILE must be set'];
}

/** Throws SettingsError where not exactly one of the two is set; makes a missing key file. */
export function createWrappingKey(settings: WrappingKeySettings): WrappingKey {
  const { wrappingKeyId, keyFile, storageClientId } = settings;
  const faults = wrappingKeyFaults(settings);
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
  if (keyFile !== '') return keyFromFile(keyFile);
  const credential =
    storageClientId === ''
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: storageClientId });
  return keyFromVault(wrappingKeyId, (keyId) => new CryptographyClient(keyId, credential));
}

/** Key Vault's and the SDK's name of RSA-OAEP with SHA-256. */
const ALGORITHM = 'RSA-OAEP-256';

type VaultClient = Pick<CryptographyClient, 'wrapKey' | 'unwrapKey'>;

/** `keyId` wraps; any version of the same key unwraps, so that a new version needs no second sealing of old secrets. */
export function keyFromVault(keyId: string, connect: (keyId: string) => VaultClient): WrappingKey {
  const withoutVersion = keyId.slice(0, keyId.lastIndexOf('/') + 1);
  const clients = new Map<string, VaultClient>();
  const clientOf = (id: string): VaultClient => {
    const client = clients.get(id) ?? connect(id);
    clients.set(id, client);
    return client;
  };
  return {
    wrapKey: async (dataKey) => {
      const { result } = await clientOf(keyId).wrapKey(ALGORITHM, dataKey);
      return { keyId, wrapped: Buffer.from(result) };
    },
    unwrapKey: async (key) => {
      // A stored id is data: it must not lead our identity to another vault, nor to clients without number.
      const version = key.keyId.startsWith(withoutVersion) ? key.keyId.slice(withoutVersion.length) : '';
      if (!/^[0-9a-f]{32}$/.test(version))
        throw new Error('a secret was sealed under a key that is not ours');
      const { result } = await clientOf(key.keyId).unwrapKey(ALGORITHM, key.wrapped);
      return Buffer.from(result);
    },
  };
}
