// Every trigger of the function app, in one list. The worker imports this file: a wrong setting throws here, by name,
// and stops the app before it takes anything in.
import { setTimeout as sleep } from 'node:timers/promises';
import { app } from '@azure/functions';
import { createBatchStore } from '../shared/azure/batch-store';
import { createCredentialStore } from '../shared/azure/credential-store';
import { createOutcomeStore } from '../shared/azure/outcome-store';
import { createProgressStore } from '../shared/azure/progress-store';
import { connectStorage, STORAGE_CONNECTION } from '../shared/azure/storage';
import { createWrappingKey } from '../shared/azure/wrapping-key';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../shared/batch';
import { CREDENTIAL_TABLE } from '../shared/credential';
import { cacheDataKeys } from '../shared/data-key-cache';
import { createLog } from '../shared/log';
import { OUTCOME_TABLE } from '../shared/outcome';
import { PROGRESS_TABLE } from '../shared/progress';
import { clientSecretAad, openSecret } from '../shared/sealed-secret';
import { readSettings } from '../shared/settings';
import { createAllowList } from './allow-list';
import { createCdfAccess } from './cdf-access';
import { createCdfClient } from './cdf/client';
import { inspectToken } from './cdf/inspect';
import { createLimiter } from './cdf/limiter';
import { createTokenCache, fetchToken } from './cdf/token';
import { createCredentialHandler } from './create-credential';
import { createHealthz } from './healthz';
import { answerErrors } from './http';
import { createPoisonBatch } from './poison-batch';
import { FUNCTIONS_SETTINGS } from './settings';
import { createWriteBatch } from './write-batch';

const settings = readSettings(FUNCTIONS_SETTINGS, process.env);
const log = createLog('functions');
const { wrapKey, unwrapKey } = createWrappingKey(settings);
const openDataKey = cacheDataKeys(unwrapKey);
const storage = connectStorage(settings);
const credentials = createCredentialStore(storage.table(CREDENTIAL_TABLE));
const outcomes = createOutcomeStore(storage.table(OUTCOME_TABLE));
const batches = createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE));

const createCredential = createCredentialHandler({
  allowList: createAllowList(settings.allowedHosts),
  inspect: inspectToken,
  fetchToken,
  wrapKey,
  store: (credential) => credentials.create(credential),
  endpoint: { host: settings.publicHost, port: Number(settings.publicPort) },
  log,
});

const writeBatch = createWriteBatch({
  outcomes,
  batches,
  progress: createProgressStore(storage.table(PROGRESS_TABLE)),
  accessOf: createCdfAccess(
    (username) => credentials.find(username),
    ({ sealedSecret, username }) => openSecret(sealedSecret, clientSecretAad(username), openDataKey),
  ),
  tokens: createTokenCache(fetchToken),
  send: createCdfClient(),
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
  handler: poisonBatch,
});

// Anonymous for the host: the handler asks CDF about the caller's own bearer token.
app.http('create', {
  methods: ['POST'],
  route: 'create',
  authLevel: 'anonymous',
  handler: answerErrors(log, createCredential),
});

app.http('healthz', {
  methods: ['GET'],
  route: 'healthz',
  authLevel: 'anonymous',
  handler: answerErrors(
    log,
    createHealthz((abortSignal) => credentials.probe(abortSignal), log),
  ),
});
