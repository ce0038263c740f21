// Capabilities of gateway users in Table Storage: one entity a user, replaced whenever CDF was asked.
import type { TableClient } from '@azure/data-tables';
import type { Capabilities } from '../capability';
import { isEntityMissing } from './storage-errors';

export interface CapabilityStore {
  /** null: CDF was not asked yet, or did not say. */
  find(username: string): Promise<Capabilities | null>;
  save(username: string, capabilities: Capabilities): Promise<void>;
}

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly project: string;
  readonly inspectedTime: string;
  /** JSON. */
  readonly writable: string;
}

const ROW_KEY = 'capabilities';

export function createCapabilityStore(table: TableClient): CapabilityStore {
  return {
    find: async (username) => {
      try {
        return toCapabilities(await table.getEntity<Entity>(partitionKey(username), ROW_KEY));
      } catch (error) {
        if (isEntityMissing(error)) return null;
        throw error;
      }
    },
    save: async (username, { project, inspectedTime, writable }) => {
      const text = { inspectedTime: String(inspectedTime), writable: JSON.stringify(writable) };
      const entity: Entity = { partitionKey: partitionKey(username), rowKey: ROW_KEY, project, ...text };
      await table.upsertEntity(entity, 'Replace');
    },
  };
}

/** As in the table of credentials: a key must not hold every character that a user name may. */
function partitionKey(username: string): string {
  return `u-${Buffer.from(username).toString('base64url')}`;
}

function toCapabilities({ project, inspectedTime, writable }: Entity): Capabilities {
  const scopes = JSON.parse(writable) as Capabilities['writable'];
  return { project, inspectedTime: Number(inspectedTime), writable: scopes };
}
