// Types of the few resources that the published file does not hold, after Microsoft's reference of Bicep resources: as much of
// each as infra/ uses.
import type { Lazy, ObjectType, Property, Type } from './type';

const text: Lazy = () => ({ kind: 'string' });
const int: Lazy = () => ({ kind: 'int' });
const bool: Lazy = () => ({ kind: 'bool' });
const tags = object('Tags', {}, text);

function oneOf(...values: string[]): Lazy {
  const of = values.map((value): Lazy => () => ({ kind: 'literal', value }));
  return () => ({ kind: 'union', of });
}

function list(item: Lazy): Lazy {
  return () => ({ kind: 'array', item });
}

/** A name that ends in `!` is required, one that ends in `=` is read-only. */
function object(name: string, types: Readonly<Record<string, Lazy>>, others: Lazy | null = null): Lazy {
  const properties = new Map<string, Property>();
  for (const [key, type] of Object.entries(types))
    properties.set(key.replace(/[!=]$/, ''), {
      type,
      isRequired: key.endsWith('!'),
      isReadOnly: key.endsWith('='),
    });
  const made: ObjectType = { kind: 'object', name, properties, others };
  return (): Type => made;
}

function resource(name: string, types: Readonly<Record<string, Lazy>>): [string, Lazy] {
  return [name, object(name, { 'name!': text, 'id=': text, 'type=': text, 'apiVersion=': text, ...types })];
}

const emailReceiver = object('EmailReceiver', {
  'name!': text,
  'emailAddress!': text,
  useCommonAlertSchema: bool,
});

const condition = object('Condition', {
  'query!': text,
  timeAggregation: oneOf('Average', 'Count', 'Maximum', 'Minimum', 'Total'),
  metricMeasureColumn: text,
  resourceIdColumn: text,
  operator: oneOf('Equal', 'GreaterThan', 'GreaterThanOrEqual', 'LessThan', 'LessThanOrEqual'),
  threshold: int,
  failingPeriods: object('FailingPeriods', { numberOfEvaluationPeriods: int, minFailingPeriodsToAlert: int }),
});

export const OWN_TYPES: ReadonlyMap<string, Lazy> = new Map([
  resource('Microsoft.Resources/resourceGroups@2025-04-01', {
    'location!': text,
    tags,
    managedBy: text,
    properties: object('ResourceGroupProperties', { 'provisioningState=': text }),
  }),
  resource('Microsoft.Insights/actionGroups@2023-01-01', {
    'location!': text,
    tags,
    properties: object('ActionGroup', {
      'groupShortName!': () => ({ kind: 'string', maxLength: 12 }),
      'enabled!': bool,
      emailReceivers: list(emailReceiver),
    }),
  }),
  resource('Microsoft.Insights/scheduledQueryRules@2021-08-01', {
    'location!': text,
    tags,
    kind: oneOf('LogAlert', 'LogToMetric'),
    'properties!': object('ScheduledQueryRuleProperties', {
      displayName: text,
      description: text,
      severity: () => ({ kind: 'int', minValue: 0, maxValue: 4 }),
      enabled: bool,
      scopes: list(text),
      evaluationFrequency: text,
      windowSize: text,
      overrideQueryTimeRange: text,
      muteActionsDuration: text,
      skipQueryValidation: bool,
      autoMitigate: bool,
      criteria: object('ScheduledQueryRuleCriteria', { allOf: list(condition) }),
      actions: object('Actions', { actionGroups: list(text), customProperties: tags }),
    }),
  }),
  resource('Microsoft.Insights/workbooks@2023-06-01', {
    'location!': text,
    tags,
    kind: oneOf('shared'),
    properties: object('WorkbookProperties', {
      'displayName!': text,
      'category!': text,
      'serializedData!': text,
      sourceId: text,
      version: text,
      description: text,
    }),
  }),
  resource('Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01', {
    kind: text,
    properties: object('PublishingCredentialsPolicy', { 'allow!': bool }),
  }),
]);
