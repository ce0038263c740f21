// Mistakes of the language: names, modules, parameters.
import type { Mistake } from './mistake';

export const LANGUAGE_MISTAKES: readonly Mistake[] = [
  {
    what: 'a syntax error',
    file: 'modules/vault.bicep',
    from: `name: 'sluice-wrapping'`,
    to: `name = 'sluice-wrapping'`,
    says: 'syntax-error: cannot be read',
    at: 'sluice-wrapping',
  },
  {
    what: 'an undefined name',
    file: 'modules/monitoring.bicep',
    from: '= insights.name',
    to: '= insihgts.name',
    says: 'undefined-name: no name "insihgts"; did you mean "insights"',
    at: '= insihgts.name',
  },
  {
    what: 'an undefined function',
    file: 'modules/alerts.bicep',
    from: 'guid(resourceGroup',
    to: 'gid(resourceGroup',
    says: 'undefined-name: no function "gid"',
    at: 'gid(',
  },
  {
    what: 'an unused parameter',
    file: 'modules/registry.bicep',
    from: `resource registry '`,
    to: `@description('Optional. Nothing.')
param nothing string = ''

resource registry '`,
    says: 'unused-name: param "nothing" is not used',
    at: 'param nothing',
  },
  {
    what: 'an unused variable',
    file: 'modules/registry.bicep',
    from: `resource registry '`,
    to: `var nothing = 1

resource registry '`,
    says: 'unused-name: var "nothing" is not used',
    at: 'var nothing',
  },
  {
    what: 'an unused existing resource',
    file: 'modules/identity.bicep',
    from: `resource server '`,
    to: `resource group 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: serverName
}

resource server '`,
    says: 'unused-name: existing resource "group" is not used',
    at: 'resource group',
  },
  {
    what: 'an unused import',
    file: 'modules/registry.bicep',
    from: `resource registry '`,
    to: `import { nothing } from 'vault.bicep'

resource registry '`,
    says: 'unused-name: import "nothing" is not used',
    at: 'import',
  },
  {
    what: 'a name declared twice',
    file: 'main.bicep',
    from: `var tlsSecretName = 'sluice-tls'`,
    to: `var tlsSecretName = 'sluice-tls'
var tlsSecretName = 'sluice-tls'`,
    says: 'repeated-name: "tlsSecretName"',
    at: 'var tlsSecretName',
  },
  {
    what: 'an unknown parameter',
    file: 'main.bicep',
    from: 'skuName: registrySku',
    to: `skuName: registrySku
    admin: true`,
    says: 'unknown-parameter: modules/registry.bicep has no parameter "admin"',
    at: 'admin: true',
  },
  {
    what: 'a missing parameter',
    file: 'main.bicep',
    from: `    prefix: 'pe-sluice-\${token}'
`,
    to: '',
    says: 'missing-parameter: module "privateEndpoints" does not give modules/private-endpoints.bicep its parameter "prefix"',
    at: 'module privateEndpoints',
  },
  {
    what: 'a parameter of a wrong type',
    file: 'main.bicep',
    from: `purgeProtection: purgeProtection
    tlsSecretName`,
    to: `purgeProtection: 1
    tlsSecretName`,
    says: 'wrong-parameter: parameter "purgeProtection" is bool, not int',
    at: 'purgeProtection: 1',
  },
  {
    what: 'a module that is not there',
    file: 'main.bicep',
    from: 'modules/registry.bicep',
    to: 'modules/registri.bicep',
    says: 'missing-module',
    at: 'module registry',
  },
  {
    what: 'a module from elsewhere',
    file: 'main.bicep',
    from: 'modules/alerts.bicep',
    to: 'br/public:avm/res/insights/alerts:1.0.0',
    says: 'remote-module',
    at: 'module alerts',
  },
  {
    what: 'an output that is not there',
    file: 'main.bicep',
    from: 'functions.outputs.url',
    to: 'functions.outputs.uri',
    says: 'missing-output: modules/functions.bicep has no output "uri"; did you mean "url"',
    at: 'SLUICE_HTTP_URL',
  },
  {
    what: 'an output of what may not be there',
    file: 'main.bicep',
    from: 'dataFactory.?outputs.principalId',
    to: 'dataFactory.outputs.principalId',
    says: 'unsafe-access',
    at: 'factoryPrincipalId',
  },
];
