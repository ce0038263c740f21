metadata name = 'Alerts'
metadata description = 'Four alerts on the telemetry of both sides, whom they are sent to, and a workbook that shows the same numbers over time.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name that the alerts begin with.')
param prefix string

@description('Required. Id of the workspace whose tables are asked.')
param workspaceId string

@description('Required. Who gets an e-mail; empty: alerts are raised and can be seen, nobody is told.')
param alertEmail string

@description('Required. Age of the oldest batch that was taken from the queue, in seconds, from which an alert is raised.')
@minValue(60)
param maxQueueAgeSeconds int

@description('Required. Refused logins within 15 minutes, from which an alert is raised.')
@minValue(1)
param maxLoginFailures int

// Each query gives one row; the alert is raised where its `value` is above the threshold. The names are those of METRICS
// in shared/telemetry.ts; a test holds them equal. docs/operations.md has a runbook for each.
var alerts = [
  {
    name: 'poison-batches'
    severity: 1
    description: 'A batch could not be written after all its deliveries and was set aside. Its rows are not in CDF.'
    query: 'AppMetrics | where Name == "sluice.poison.batches" | summarize value = sum(Sum)'
    threshold: 0
  }
  {
    name: 'queue-age'
    severity: 2
    description: 'Batches wait long for their turn, or are queued while none is written at all.'
    query: 'AppMetrics | summarize age = maxif(Max, Name == "sluice.queue.age"), queued = sumif(Sum, Name == "sluice.queued.batches"), written = sumif(Sum, Name == "sluice.written.batches") | project value = iff(queued > 0 and written == 0, 86400.0, coalesce(age, 0.0))'
    threshold: maxQueueAgeSeconds
  }
  {
    name: 'failed-batches'
    severity: 2
    description: 'CDF or a token endpoint refused whole batches. Their sessions were told; look for the SQLSTATE in the log.'
    query: 'AppMetrics | where Name == "sluice.written.batches" | where tostring(Properties["sluice.result"]) == "failed" | summarize value = sum(Sum)'
    threshold: 0
  }
  {
    name: 'login-failures'
    severity: 3
    description: 'Many logins were refused: a password was changed and a pipeline was not, or somebody guesses.'
    query: 'AppMetrics | where Name == "sluice.logins.refused" | summarize value = sum(Sum)'
    threshold: maxLoginFailures
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'sluice'
    enabled: true
    emailReceivers: empty(alertEmail) ? [] : [
      {
        name: 'operators'
        emailAddress: alertEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2021-08-01' = [for alert in alerts: {
  name: '${prefix}-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Sluice: ${alert.name}'
    description: alert.description
    severity: alert.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    // The table does not exist in a new workspace before the first row arrives.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          metricMeasureColumn: 'value'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: alert.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroup.id
      ]
    }
  }
}]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, prefix, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Sluice'
    category: 'workbook'
    sourceId: workspaceId
    version: '1.0'
    serializedData: loadTextContent('workbook.json')
  }
}
