// Every trigger of the function app, in one list. The worker imports this file: a wrong setting throws here, by name,
// and stops the app before it takes anything in.
import { setTimeout as sleep } from 'node:timers/promises';
import { app } from '@azure/functions';
import { createBatchStore } from '../shared/azure/batch-store';
import { createCapabilityStore } from '../shared/azure/capability-store';
import { createCredentialStore } from '../shared/azure/credential-store';
import { createOutcomeStore } from '../shared/azure/outcome-store';
import { createOwnTableStore } from '../shared/azure/own-table-store';
import { createProgressStore } from '../shared/azure/progress-store';
import { sweepTable } from '../shared/azure/sweep-table';
import { connectStorage, STORAGE_CONNECTION } from '../shared/azure/storage';
import { createWrappingKey } from '../shared/azure/wrapping-key';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../shared/batch';
import { CAPABILITY_TABLE } from '../shared/capability';
import { CREDENTIAL_TABLE } from '../shared/credential';
import { cacheDataKeys } from '../shared/data-key-cache';
import { LOAD_TABLE } from '../shared/load';
import { createLog } from '../shared/log';
import { OUTCOME_TABLE } from '../shared/outcome';
import { OWN_TABLES_TABLE } from '../shared/own-table';
import { PROGRESS_TABLE } from '../shared/progress';
import { clientSecretAad, openSecret } from '../shared/sealed-secret';
import { startTelemetry } from '../shared/telemetry-start';
import { createAllowList } from './allow-list';
import { createProjectCheck } from './allowed-projects';
import { createCdfAccess } from './cdf-access';
import { createCdfClient } from './cdf/client';
import { inspectToken } from './cdf/inspect';
import { createLimiter } from './cdf/limiter';
import { createTokenCache, fetchToken } from './cdf/token';
import { answerErrors } from './http';
import { httpTriggers } from './http-triggers';
import { observePoison, observeTokens, observeWriteBatch } from './observed';
import { rememberOnlyCluster } from './only-cluster';
import { createPoisonBatch } from './poison-batch';
import { readFunctionsSettings } from './settings';
import { createSweep, SWEEP_SCHEDULE } from './sweep';

const settings = readFunctionsSettings(process.env);
const log = createLog('functions');
const telemetry = startTelemetry(settings, 'sluice-functions', log);
const { wrapKey, unwrapKey } = createWrappingKey(settings);
const openDataKey = cacheDataKeys(unwrapKey);
const storage = connectStorage(settings);
const credentials = createCredentialStore(storage.table(CREDENTIAL_TABLE));
const outcomes = createOutcomeStore(storage.table(OUTCOME_TABLE));
const capabilityStore = createCapabilityStore(storage.table(CAPABILITY_TABLE));
const batches = createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE));

/** How CDF is reached in a user's name. */
const cdf = {
  accessOf: createCdfAccess(
    (username) => credentials.find(username),
    ({ sealedSecret, username }) => openSecret(sealedSecret, clientSecretAad(username), openDataKey),
  ),
  tokens: createTokenCache(observeTokens(telemetry, fetchToken)),
  send: createCdfClient(),
};

const writeBatch = observeWriteBatch(telemetry, {
  outcomes,
  batches,
  progress: createProgressStore(storage.table(PROGRESS_TABLE)),
  ...cdf,
  inspect: inspectToken,
  saveCapabilities: (username, capabilities) => capabilityStore.save(username, capabilities),
  limit: createLimiter(),
  clock: { now: () => Date.now(), sleep: (ms) => sleep(ms), random: () => Math.random() },
  log,
});

const poisonBatch = createPoisonBatch({
  keep: (name, message) => batches.stage(name, message),
  record: (outcome) => outcomes.record(outcome),
  log,
});

app.storageQueue('write-batch', {
  queueName: BATCH_QUEUE,
  connection: STORAGE_CONNECTION,
  handler: writeBatch,
});

app.storageQueue('poison-batch', {
  queueName: `${BATCH_QUEUE}-poison`,
  connection: STORAGE_CONNECTION,
  handler: observePoison(telemetry, poisonBatch),
});

const sweepOf = (name: string) => (time: number, limit: number) =>
  sweepTable(storage.table(name), time, limit);

app.timer('sweep', {
  schedule: SWEEP_SCHEDULE,
  handler: createSweep({
    tables: Object.fromEntries(
      [OUTCOME_TABLE, PROGRESS_TABLE, LOAD_TABLE].map((name) => [name, sweepOf(name)]),
    ),
    now: Date.now,
    log,
  }),
});

// Rows have arrived without it; what is told of them should not be lost with the instance.
app.hook.appTerminate(() => telemetry.stop());

const ownTables = createOwnTableStore(storage.table(OWN_TABLES_TABLE));

const triggers = httpTriggers({
  ...cdf,
  allowList: createAllowList(settings.allowedHosts),
  onlyCluster: rememberOnlyCluster(() => credentials.clusters(2), Date.now),
  checkProject: createProjectCheck(settings.allowedProjects),
  inspect: inspectToken,
  fetchToken,
  wrapKey,
  find: (username) => credentials.find(username),
  ofProject: (project, limit, cursor) => credentials.ofProject(project, limit, cursor),
  store: (credential) => credentials.create(credential),
  replace: (credential, etag) => credentials.replace(credential, etag),
  remove: (username, etag) => credentials.remove(username, etag),
  tables: ownTables,
  clearTables: (username) => ownTables.clear(username),
  endpoint: { host: settings.publicHost, port: Number(settings.publicPort) },
  probe: (abortSignal) => credentials.probe(abortSignal),
  now: () => Date.now(),
  log,
});

// Anonymous for the host: the handlers ask CDF about the caller's own bearer token.
for (const { name, method, route, answer } of triggers)
  app.http(name, {
    methods: [method],
    route,
    authLevel: 'anonymous',
    handler: answerErrors(log, answer),
  });
