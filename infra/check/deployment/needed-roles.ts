// Every right that the code needs in Azure, and which of its calls needs it. infra/modules/roles.bicep gives exactly these.
import { BATCH_CONTAINER, BATCH_QUEUE } from '../../../shared/batch';
import { CAPABILITY_TABLE } from '../../../shared/capability';
import { CREDENTIAL_TABLE } from '../../../shared/credential';
import { LOAD_TABLE } from '../../../shared/load';
import { OUTCOME_TABLE } from '../../../shared/outcome';
import { OWN_TABLES_TABLE } from '../../../shared/own-table';
import { PROGRESS_TABLE } from '../../../shared/progress';

/** Azure's built-in roles, by the name that roles.bicep gives them. */
export const ROLE_IDS = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  queueDataReader: '19e7f393-937e-4f77-808e-94535e297925',
  queueMessageProcessor: '8a0f0c08-91a1-4084-bc3d-661d67233fed',
  queueMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  tableDataReader: '76199698-9eea-4c19-bc75-cec21354c6b6',
  cryptoServiceEncryptionUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
  certificatesOfficer: 'a4417e6f-fecd-4de8-b567-7b0420556985',
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
} as const;

type Kind =
  | 'table'
  | 'queue'
  | 'container'
  | 'hostAccount'
  | 'vault'
  | 'wrappingKey'
  | 'registry'
  | 'insights'
  | 'factoryVault';

export interface NeededRole {
  readonly to: 'server' | 'functions' | 'operator' | 'factory';
  readonly role: keyof typeof ROLE_IDS;
  /** Kind of what it is given on: the first word of `<kind>Assignments` in roles.bicep. */
  readonly kind: Kind;
  /** Which table, queue or container; for the rest, of which there is one, what it is called. */
  readonly on: string;
  /** The module, and what it calls. */
  readonly why: string;
}

const POISON_QUEUE = `${BATCH_QUEUE}-poison`;

function needs(to: NeededRole['to'], kind: Kind) {
  return (on: string, role: NeededRole['role'], why: string): NeededRole => ({ to, kind, on, role, why });
}

const serverTable = needs('server', 'table');
const functionsTable = needs('functions', 'table');
const functionsQueue = needs('functions', 'queue');

export const NEEDED_ROLES: readonly NeededRole[] = [
  serverTable(CREDENTIAL_TABLE, 'tableDataReader', 'credential-store.find at a login, probe for /readyz'),
  serverTable(OUTCOME_TABLE, 'tableDataReader', 'outcome-store.ofUnit while a session waits'),
  serverTable(OWN_TABLES_TABLE, 'tableDataContributor', 'own-table-store: CREATE, ALTER and DROP TABLE'),
  serverTable(
    CAPABILITY_TABLE,
    'tableDataReader',
    'capability-store: whether a user may write, before the first row',
  ),
  serverTable(
    LOAD_TABLE,
    'tableDataContributor',
    'load-store.record at the hand-over, since for sluice.batches',
  ),
  needs('server', 'queue')(BATCH_QUEUE, 'queueMessageSender', 'batch-store.enqueue'),
  needs('server', 'container')(
    BATCH_CONTAINER,
    'blobDataContributor',
    'batch-store.stage, remove and load; shared-secret makes and reads server/mock-secret',
  ),
  needs('server', 'vault')('vault', 'secretsUser', 'the container app mounts the certificate as a file'),
  needs('server', 'registry')('registry', 'acrPull', 'the container app pulls its image'),
  needs('server', 'insights')('insights', 'metricsPublisher', 'monitor-exporter sends spans and metrics'),

  functionsTable(CREDENTIAL_TABLE, 'tableDataContributor', 'credential-store: POST /create and its like'),
  functionsTable(OUTCOME_TABLE, 'tableDataContributor', 'outcome-store.record; sweep'),
  functionsTable(PROGRESS_TABLE, 'tableDataContributor', 'progress-store of rows without a key; sweep'),
  functionsTable(OWN_TABLES_TABLE, 'tableDataContributor', 'own-table-store: the tables API'),
  functionsTable(CAPABILITY_TABLE, 'tableDataContributor', 'capability-store: saved with each new token'),
  functionsTable(LOAD_TABLE, 'tableDataContributor', 'sweep removes what is older than shared/load.ts says'),
  functionsQueue(BATCH_QUEUE, 'queueDataReader', 'the trigger of write-batch looks at the length, to scale'),
  functionsQueue(BATCH_QUEUE, 'queueMessageProcessor', 'the trigger of write-batch takes messages'),
  functionsQueue(BATCH_QUEUE, 'queueMessageSender', 'batch-store.enqueue puts back whose turn has not come'),
  functionsQueue(POISON_QUEUE, 'queueDataReader', 'the trigger of poison-batch looks at the length'),
  functionsQueue(POISON_QUEUE, 'queueMessageProcessor', 'the trigger of poison-batch takes messages'),
  functionsQueue(
    POISON_QUEUE,
    'queueMessageSender',
    'the host moves a message there after its last delivery',
  ),
  needs('functions', 'container')(
    BATCH_CONTAINER,
    'blobDataContributor',
    'batch-store.load and remove; poison-batch and refused rows are kept there',
  ),
  needs('functions', 'hostAccount')('host account', 'blobDataOwner', "the host's package, leases and keys"),
  needs('functions', 'hostAccount')('host account', 'tableDataContributor', "the host's diagnostic events"),
  needs('functions', 'wrappingKey')(
    'wrapping key',
    'cryptoServiceEncryptionUser',
    'wrapping-key.wrapKey, unwrapKey',
  ),
  needs('functions', 'insights')('insights', 'metricsPublisher', 'the host and monitor-exporter send to it'),

  needs('operator', 'container')(BATCH_CONTAINER, 'blobDataContributor', 'npm run poison: list, retry, drop'),
  needs('operator', 'queue')(BATCH_QUEUE, 'queueMessageSender', 'npm run poison: retry'),
  needs('operator', 'table')(
    OUTCOME_TABLE,
    'tableDataContributor',
    'npm run poison: reasons, and retry forgets one',
  ),
  needs('operator', 'vault')(
    'vault',
    'certificatesOfficer',
    'infra/hooks/certificate.sh, and to replace the certificate',
  ),

  needs('factory', 'factoryVault')(
    'factory vault',
    'secretsUser',
    'the linked service Sluice reads its password',
  ),
];
