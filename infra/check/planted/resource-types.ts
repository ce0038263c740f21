// Mistakes against Azure's published types.
import type { Mistake } from './mistake';

export const TYPE_MISTAKES: readonly Mistake[] = [
  {
    what: 'a wrong property',
    file: 'modules/storage.bicep',
    from: 'isVersioningEnabled: false',
    to: 'isVersioningEnable: false',
    says: 'unknown-property: BlobServicePropertiesProperties has no property "isVersioningEnable"; did you mean "isVersioningEnabled"',
    at: 'isVersioningEnable',
  },
  {
    what: 'a missing required property',
    file: 'modules/network.bicep',
    from: `      access: 'Deny'
`,
    to: '',
    says: 'missing-property: "access" is required by SecurityRulePropertiesFormat',
    at: 'properties: {',
  },
  {
    what: 'a value that is not in the list',
    file: 'modules/server.bicep',
    from: `storageType: 'EmptyDir'`,
    to: `storageType: 'EmptyDirectory'`,
    says: 'unknown-value: "storageType" cannot be "EmptyDirectory": .*EmptyDir',
    at: 'EmptyDirectory',
  },
  {
    what: 'a value of a wrong type',
    file: 'modules/vault.bicep',
    from: 'keySize: 3072',
    to: `keySize: '3072'`,
    says: 'wrong-type: "keySize" is int, not string',
    at: 'keySize',
  },
  {
    what: 'an object where a list belongs',
    file: 'modules/registry.bicep',
    from: `logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]`,
    to: `logs: {
      enabled: true
    }`,
    says: 'wrong-type: is array, not object',
    at: 'logs: {',
  },
  {
    what: 'a property that can only be read',
    file: 'modules/identity.bicep',
    from: `name: serverName
  location: location
  tags: tags`,
    to: `name: serverName
  location: location
  tags: tags
  properties: {
    clientId: 'x'
  }`,
    says: 'read-only: "clientId" cannot be set',
    at: 'clientId',
  },
  {
    what: 'an API version that there is not',
    file: 'modules/registry.bicep',
    from: 'registries@2025-11-01',
    to: 'registries@2025-11-02',
    says: 'unknown-api-version: Microsoft.ContainerRegistry/registries has no version 2025-11-02 among the types: 2025-11-01',
    at: 'resource registry',
  },
  {
    what: 'a resource type that there is not',
    file: 'modules/network.bicep',
    from: 'Microsoft.Network/virtualNetworks@',
    to: 'Microsoft.Network/virtualNetwork@',
    says: 'unknown-resource-type: no type Microsoft.Network/virtualNetwork; did you mean "Microsoft.Network/virtualNetworks"',
    at: 'resource vnet',
  },
  {
    what: 'a name that does not fit',
    file: 'modules/vault.bicep',
    from: `name: 'sluice-wrapping'`,
    to: `name: 'sluice_wrapping'`,
    says: 'out-of-range: "name" does not fit',
    at: 'sluice_wrapping',
  },
  {
    what: 'a number that is out of range',
    file: 'modules/alerts.bicep',
    from: 'severity: alert.severity',
    to: 'severity: 5',
    says: 'out-of-range: "severity" is above 4',
    at: 'severity: 5',
  },
  {
    what: 'a kind of object that there is not',
    file: 'modules/data-factory.bicep',
    from: `type: 'AzurePostgreSqlSink'
            writeMethod: 'CopyCommand'
            writeBatchSize: 1000000`,
    to: `type: 'PostgreSqlV2Sink'
            writeMethod: 'CopyCommand'
            writeBatchSize: 1000000`,
    says: 'unknown-value: "type" cannot be "PostgreSqlV2Sink"',
    at: 'PostgreSqlV2Sink',
  },
  {
    what: 'a property of another kind of object',
    file: 'modules/data-factory.bicep',
    from: '      sslMode: 5',
    to: `      sslMode: 5
      host: sluiceHost`,
    says: 'unknown-property: AzurePostgreSqlLinkedServiceTypeProperties has no property "host"',
    at: 'host: sluiceHost',
  },
  {
    what: 'an allowed value that Azure does not take',
    file: 'modules/registry.bicep',
    from: `  'Basic'
`,
    to: `  'Basik'
`,
    says: 'unknown-value: "name" cannot be "Basik": .*Basic',
    at: 'name: skuName',
  },
  {
    what: 'a read of a property that there is not',
    file: 'modules/vault.bicep',
    from: 'wrappingKey.properties.keyUriWithVersion',
    to: 'wrappingKey.properties.keyUriWithVersions',
    says: 'unknown-property: KeyProperties has no property "keyUriWithVersions"',
    at: 'keyUriWithVersions',
  },
];
