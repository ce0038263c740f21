// What no file of infra/ may hold: keys, secrets, places that are somebody's, and settings that weaken a resource.
import type { BicepFile, Declaration } from '../bicep/file';
import type { Node } from '../bicep/node';
import { callOf, entriesOf, entryOf, literalText, nodesOf } from '../bicep/syntax';
import type { Report } from '../report';
import { declarationsOf, perFile, reportAt } from './rule';

/** Texts that are, or begin, a key. */
const SECRETS =
  /AccountKey=|SharedAccessKey=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY|InstrumentationKey=[0-9a-f]/;

/** Properties whose value is a secret. */
const SECRET_KEYS = /^(password|secret|clientSecret|sharedKey|accountKey|connectionString|adminPassword)$/i;

/** Functions that read keys: identities need none. */
const KEY_READERS = /^list(Keys|AccountSas|ServiceSas|Secrets)?$/;

export const secrets = perFile(function* (file): Generator<Report> {
  for (const node of nodesOf(file.root)) {
    if (SECRETS.test(literalText(node) ?? '')) yield reportAt(file, node, 'secret', 'a key in a text');
    if (KEY_READERS.test(callOf(node)?.name ?? '') || KEY_READERS.test(methodOf(node)))
      yield reportAt(file, node, 'secret', 'reads a key; use an identity and a role');
    if (node.type === 'object') yield* writtenSecrets(file, node);
  }
  yield* secretDefaults(file);
  yield* secretOutputs(file);
});

function* writtenSecrets(file: BicepFile, object: Node): Generator<Report> {
  for (const { key, value } of entriesOf(object))
    if (SECRET_KEYS.test(key ?? '') && (literalText(value) ?? '') !== '')
      yield reportAt(file, value, 'secret', `the value of "${key}" is written here`);
}

function methodOf(node: Node): string {
  const callee = node.type === 'call_expression' ? node.parts[0] : undefined;
  return callee?.type === 'member_expression' ? (callee.parts.at(-1)?.text ?? '') : '';
}

function secureParams(file: BicepFile): Declaration[] {
  return declarationsOf(file, 'param').filter(({ decorators }) => decorators.has('secure'));
}

function* secretDefaults(file: BicepFile): Generator<Report> {
  for (const { name, value } of secureParams(file))
    if (value !== null && literalText(value) !== '')
      yield reportAt(file, value, 'secret', `parameter "${name}" is secret and has a default`);
}

function* secretOutputs(file: BicepFile): Generator<Report> {
  const names = new Set(secureParams(file).map(({ name }) => name));
  for (const { value, name } of declarationsOf(file, 'output'))
    for (const node of value === null ? [] : nodesOf(value))
      if (node.type === 'identifier' && names.has(node.text))
        yield reportAt(file, node, 'secret', `output "${name}" tells the secret parameter "${node.text}"`);
}

/** Hosts that differ from cloud to cloud: environment() knows them. */
const CLOUD_HOSTS =
  /core\.windows\.net|vault\.azure\.net|azurewebsites\.net|management\.azure\.com|azurecr\.io/;

export const places = perFile(function* (file): Generator<Report> {
  for (const { target, node } of declarationsOf(file, 'module'))
    if (!/^[\w./-]+\.bicep$/.test(target))
      yield reportAt(file, node, 'remote-module', `"${target}" is no file of this repository`);
  for (const node of nodesOf(file.root))
    if (node.type === 'string_content' && CLOUD_HOSTS.test(node.text))
      yield reportAt(file, node, 'hard-coded-host', 'use environment() or an output of the resource');
});

export const locations = perFile(function* (file): Generator<Report> {
  for (const { body } of declarationsOf(file, 'resource')) {
    const value = entryOf(body, 'location')?.value ?? null;
    const text = literalText(value) ?? 'global';
    if (value !== null && text !== 'global')
      yield reportAt(file, value, 'hard-coded-location', `"${text}"; take a parameter`);
  }
  const { value = null } = file.names.get('location') ?? {};
  if (value !== null && literalText(value) !== null)
    yield reportAt(file, value, 'hard-coded-location', 'a default that only some may use');
});

interface Demand {
  readonly type: string;
  readonly path: readonly string[];
  /** As written. */
  readonly value: string;
}

/** What every resource of a type must say. */
const DEMANDS: readonly Demand[] = [
  ['Microsoft.Storage/storageAccounts', 'properties.allowSharedKeyAccess', 'false'],
  ['Microsoft.Storage/storageAccounts', 'properties.allowBlobPublicAccess', 'false'],
  ['Microsoft.Storage/storageAccounts', 'properties.minimumTlsVersion', "'TLS1_2'"],
  ['Microsoft.Storage/storageAccounts', 'properties.supportsHttpsTrafficOnly', 'true'],
  ['Microsoft.KeyVault/vaults', 'properties.enableRbacAuthorization', 'true'],
  ['Microsoft.KeyVault/vaults', 'properties.enableSoftDelete', 'true'],
  ['Microsoft.ContainerRegistry/registries', 'properties.adminUserEnabled', 'false'],
  ['Microsoft.Web/sites', 'properties.httpsOnly', 'true'],
  ['Microsoft.Web/sites', 'properties.siteConfig.minTlsVersion', "'1.2'"],
  ['Microsoft.Web/sites', 'properties.siteConfig.ftpsState', "'Disabled'"],
  ['Microsoft.Insights/components', 'properties.DisableLocalAuth', 'true'],
  ['Microsoft.OperationalInsights/workspaces', 'properties.features.disableLocalAuth', 'true'],
].map(([type = '', path = '', value = '']) => ({ type, path: path.split('.'), value }));

export const demands = perFile(function* (file): Generator<Report> {
  for (const resource of declarationsOf(file, 'resource'))
    for (const demand of resource.isExisting ? [] : DEMANDS)
      if (
        resource.target.startsWith(`${demand.type}@`) &&
        valueAt(resource, demand.path)?.text !== demand.value
      )
        yield reportAt(
          file,
          resource.node,
          'unsafe',
          `${demand.path.join('.')} of "${resource.name}" must be ${demand.value}`,
        );
});

function valueAt({ body }: Declaration, path: readonly string[]): Node | null {
  return path.reduce<Node | null>((node, key) => entryOf(node, key)?.value ?? null, body);
}
