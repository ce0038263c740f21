metadata name = 'Server'
metadata description = 'The container app that PostgreSQL clients connect to. Deployed where the image is known: by main.bicep, or by azd deploy.'

@description('Optional. Region.')
param location string = resourceGroup().location

@description('Optional. Tags of every resource; azd-service-name is added.')
param tags object = {}

@description('Required. Name of the container app.')
param appName string

@description('Required. Image of the server, with registry and tag.')
param image string

@description('Required. Name of the Container Apps environment.')
param containerEnvironmentName string

@description('Required. Name of the server\'s identity.')
param identityName string

@description('Required. Host name of the registry.')
param registryServer string

@description('Required. Name of the data account.')
param dataAccountName string

@description('Required. Name of the vault with the certificate.')
param vaultName string

@description('Required. Name of the secret with private key and certificate chain, PEM.')
param tlsSecretName string

@description('Required. Name of the Application Insights component.')
param insightsName string

@description('Optional. vCPU of a replica, as text: Bicep has no fractions.')
@allowed([
  '0.5'
  '1.0'
  '2.0'
  '4.0'
])
param cpu string = '1.0'

@description('Optional. Memory of a replica: twice the vCPU.')
@allowed([
  '1Gi'
  '2Gi'
  '4Gi'
  '8Gi'
])
param memory string = '2Gi'

@description('Optional. Replicas that always run. Two outlive an update and a lost node.')
@minValue(1)
@maxValue(30)
param minReplicas int = 2

@description('Optional. Replicas at most.')
@minValue(1)
@maxValue(300)
param maxReplicas int = 10

@description('Optional. Clients at once, of one replica.')
@minValue(1)
@maxValue(1000)
param maxConnections int = 100

@description('Optional. How long sessions may finish their commit unit when a replica is stopped, in seconds.')
@minValue(10)
@maxValue(580)
param drainSeconds int = 110

@description('Optional. What one user may hold in staging tables, MB. A replica has 4 GB of disk for each vCPU up to two, for all its users.')
@minValue(16)
@maxValue(8192)
param stagingMB int = 1024

@description('Optional. RAW database in which tables made by CREATE TABLE lie.')
param rawDatabase string = 'sluice'

var postgresPort = 5432
var healthPort = 8080
var tlsFolder = '/mnt/tls'
var tlsFile = 'sluice.pem'

// What ends the engine and the process after the sessions have drained.
var stopSeconds = 10

resource environment 'Microsoft.App/managedEnvironments@2026-01-01' existing = {
  name: containerEnvironmentName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource dataAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource app 'Microsoft.App/containerApps@2026-01-01' = {
  name: appName
  location: location
  tags: union(tags, {
    'azd-service-name': 'server'
  })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 3
      ingress: {
        // In an internal environment too: external means beyond the environment, there the virtual network.
        external: true
        transport: 'tcp'
        targetPort: postgresPort
        exposedPort: postgresPort
      }
      registries: [
        {
          server: registryServer
          identity: identity.id
        }
      ]
      secrets: [
        {
          name: 'tls'
          keyVaultUrl: '${vault.properties.vaultUri}secrets/${tlsSecretName}'
          identity: identity.id
        }
      ]
    }
    template: {
      terminationGracePeriodSeconds: drainSeconds + stopSeconds
      containers: [
        {
          name: 'server'
          image: image
          resources: {
            cpu: json(cpu)
            memory: memory
          }
          env: [
            {
              name: 'SluiceStorage__blobServiceUri'
              value: dataAccount.properties.primaryEndpoints.blob
            }
            {
              name: 'SluiceStorage__queueServiceUri'
              value: dataAccount.properties.primaryEndpoints.queue
            }
            {
              name: 'SluiceStorage__tableServiceUri'
              value: dataAccount.properties.primaryEndpoints.table
            }
            {
              name: 'SluiceStorage__credential'
              value: 'managedidentity'
            }
            {
              name: 'SluiceStorage__clientId'
              value: identity.properties.clientId
            }
            {
              name: 'SLUICE_PG_PORT'
              value: string(postgresPort)
            }
            {
              name: 'SLUICE_HEALTH_PORT'
              value: string(healthPort)
            }
            {
              name: 'SLUICE_TLS_CERT_FILE'
              value: '${tlsFolder}/${tlsFile}'
            }
            {
              name: 'SLUICE_TLS_KEY_FILE'
              value: '${tlsFolder}/${tlsFile}'
            }
            {
              name: 'SLUICE_MAX_CONNECTIONS'
              value: string(maxConnections)
            }
            {
              name: 'SLUICE_DRAIN_LIMIT_MS'
              value: string(drainSeconds * 1000)
            }
            {
              name: 'SLUICE_STAGING_BYTES'
              value: string(stagingMB * 1024 * 1024)
            }
            {
              name: 'SLUICE_RAW_DATABASE'
              value: rawDatabase
            }
            {
              name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
              value: insights.properties.ConnectionString
            }
            {
              name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
              value: 'ClientId=${identity.properties.clientId};Authorization=AAD'
            }
          ]
          probes: [
            {
              // The engine's template is built once a replica: give it two minutes.
              type: 'Startup'
              httpGet: {
                path: '/livez'
                port: healthPort
              }
              periodSeconds: 12
              timeoutSeconds: 3
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              httpGet: {
                path: '/livez'
                port: healthPort
              }
              periodSeconds: 30
              timeoutSeconds: 5
              failureThreshold: 3
            }
            {
              // A replica that drains, or whose Storage does not answer, gets no new connections.
              type: 'Readiness'
              httpGet: {
                path: '/readyz'
                port: healthPort
              }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 2
            }
          ]
          volumeMounts: [
            {
              volumeName: 'tls'
              mountPath: tlsFolder
            }
            {
              volumeName: 'engine'
              mountPath: '/tmp'
            }
          ]
        }
      ]
      volumes: [
        {
          name: 'tls'
          storageType: 'Secret'
          secrets: [
            {
              secretRef: 'tls'
              path: tlsFile
            }
          ]
        }
        {
          // The engine's data: thrown away with the replica, as it may be.
          name: 'engine'
          storageType: 'EmptyDir'
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'connections'
            tcp: {
              metadata: {
                concurrentConnections: string(maxConnections / 2)
              }
            }
          }
          {
            // Connections are counted as they come: long loads on few of them show in the processor only.
            name: 'processor'
            custom: {
              type: 'cpu'
              metadata: {
                type: 'Utilization'
                value: '60'
              }
            }
          }
        ]
      }
    }
  }
}

@description('Host name of the app inside the environment\'s domain.')
output SLUICE_SERVER_FQDN string = app.properties.configuration.ingress.fqdn
