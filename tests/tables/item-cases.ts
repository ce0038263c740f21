// The tables of CDF's classic resources, whose rows are items with an external id.
import type { CdfApi } from '../support/cdf-api';
import { byExternalId, externalIdKey, json, same, type Sample, type TableCase, time } from './table-case';

/** CDF's ids of what the rows refer to; filled by prepareReferences. */
const ids = { asset: 0, otherAsset: 0, dataSet: 0 };
const T0 = Date.UTC(2024, 1, 29, 12, 30, 15, 250);
const METADATA = json({ maker: 'Æther "A/S"', line: 'tab\there' });
const FEATURE = json({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [10.5, 59.9] },
  properties: {},
});
const LABELS: Sample = { sent: '{ref-label}', found: [{ externalId: 'ref-label' }] };

const assetId = (): Sample => ({ sent: String(ids.asset), found: ids.asset });
const assetIds = (): Sample => ({
  sent: `{${ids.asset},${ids.otherAsset}}`,
  found: [ids.asset, ids.otherAsset],
});
const dataSetId = (): Sample => ({ sent: String(ids.dataSet), found: ids.dataSet });
const assetByName = (): Sample => ({ sent: 'ref-asset', found: ids.asset });
const assetsByName = (): Sample => ({ sent: '{ref-asset,ref-other}', found: [ids.asset, ids.otherAsset] });
const dataSetByName = (): Sample => ({ sent: 'ref-set', found: ids.dataSet });

/** Makes the assets, the data set and the label that all cases refer to. */
export async function prepareReferences(cdf: CdfApi): Promise<void> {
  const make = async (path: string, items: readonly object[]) =>
    (await cdf.post(path, { items }))['items'] as { id: number }[];
  const [asset, other] = await make('/assets', [
    { externalId: 'ref-asset', name: 'pump' },
    { externalId: 'ref-other', name: 'valve' },
  ]);
  const [dataSet] = await make('/datasets', [{ externalId: 'ref-set', name: 'set' }]);
  await make('/labels', [{ externalId: 'ref-label', name: 'label' }]);
  Object.assign(ids, { asset: asset!.id, otherAsset: other!.id, dataSet: dataSet!.id });
}

const timeSeriesCase = (table: string, ignored: readonly string[] = []): TableCase => ({
  table,
  key: externalIdKey(table),
  samples: () => ({
    name: same('Pressure'),
    is_string: { sent: 'true', found: true },
    is_step: { sent: 't', found: true },
    metadata: METADATA,
    unit: same('bar'),
    asset_id: assetId(),
    description: same('at the pump'),
    security_categories: { sent: '{1,2}', found: [1, 2] },
    data_set_id: dataSetId(),
  }),
  others: () => ({
    asset_external_id: assetByName(),
    data_set_external_id: dataSetByName(),
    unit_external_id: same('temperature:deg_c'),
  }),
  required: [],
  read: byExternalId('timeseries'),
  wrong: ['is_string', 'perhaps', '22P02'],
  ignored,
  fixed: ['is_string'],
});

export const ITEM_CASES: readonly TableCase[] = [
  {
    table: 'labels',
    key: externalIdKey('labels'),
    samples: () => ({ name: same('Rotating'), description: same('turns'), data_set_id: dataSetId() }),
    others: () => ({ data_set_external_id: dataSetByName() }),
    required: ['name'],
    read: byExternalId('labels'),
    wrong: ['name', 'x'.repeat(141), '22001'],
    fixed: ['name', 'description', 'data_set_id'],
  },
  {
    table: 'assets',
    key: externalIdKey('assets'),
    samples: () => ({
      name: same('Pump 1419'),
      parent_id: assetId(),
      description: same('in the cellar'),
      data_set_id: dataSetId(),
      metadata: METADATA,
      source: same('SAP'),
      labels: LABELS,
      geo_location: FEATURE,
    }),
    others: () => ({
      parent_external_id: { sent: 'ref-asset', found: 'ref-asset' },
      data_set_external_id: dataSetByName(),
    }),
    required: ['name'],
    read: byExternalId('assets'),
    wrong: ['data_set_id', 'five', '22P02'],
    fixed: ['parent_id'],
  },
  {
    table: 'events',
    key: externalIdKey('events'),
    samples: () => ({
      data_set_id: dataSetId(),
      start_time: time(T0),
      end_time: time(T0 + 1),
      type: same('maintenance'),
      subtype: same('oil'),
      description: same('changed'),
      metadata: METADATA,
      asset_ids: assetIds(),
      source: same('SAP'),
    }),
    others: () => ({ asset_external_ids: assetsByName(), data_set_external_id: dataSetByName() }),
    required: [],
    read: byExternalId('events'),
    wrong: ['start_time', 'never', '22007'],
  },
  timeSeriesCase('time_series'),
  timeSeriesCase('timeseries', ['legacy_name']),
  {
    table: 'sequences',
    key: externalIdKey('sequences'),
    samples: () => ({
      name: same('Curve'),
      description: same('of the pump'),
      asset_id: assetId(),
      metadata: METADATA,
      columns: {
        sent: '[{"externalId":"a","valueType":"LONG"}]',
        found: [expect.objectContaining({ externalId: 'a', valueType: 'LONG' })],
      },
      data_set_id: dataSetId(),
    }),
    others: () => ({ asset_external_id: assetByName(), data_set_external_id: dataSetByName() }),
    required: ['columns'],
    read: byExternalId('sequences'),
    wrong: ['columns', '{no json', '22P02'],
    fixed: ['columns'],
  },
  {
    table: 'files',
    key: externalIdKey('files'),
    samples: () => ({
      name: same('drawing.pdf'),
      directory: same('/plant/a'),
      source: same('archive'),
      mime_type: same('application/pdf'),
      metadata: METADATA,
      asset_ids: assetIds(),
      data_set_id: dataSetId(),
      source_created_time: time(T0),
      source_modified_time: time(T0 + 5),
      security_categories: { sent: '{1}', found: [1] },
      labels: LABELS,
      geo_location: FEATURE,
    }),
    others: () => ({ asset_external_ids: assetsByName(), data_set_external_id: dataSetByName() }),
    required: ['name'],
    read: byExternalId('files'),
    wrong: ['mime_type', 'x'.repeat(257), '22001'],
    fixed: ['name'],
  },
  {
    table: 'relationships',
    key: externalIdKey('relationships'),
    samples: () => ({
      source_external_id: same('ref-asset'),
      source_type: same('asset'),
      target_external_id: same('ref-other'),
      target_type: same('asset'),
      start_time: time(T0),
      end_time: time(T0 + 1000),
      confidence: { sent: '0.5', found: 0.5 },
      data_set_id: dataSetId(),
      labels: LABELS,
    }),
    others: () => ({ data_set_external_id: dataSetByName() }),
    required: ['source_external_id', 'source_type', 'target_external_id', 'target_type'],
    read: byExternalId('relationships'),
    wrong: ['confidence', 'high', '22P02'],
  },
  {
    table: 'extraction_pipelines',
    key: externalIdKey('pipelines'),
    samples: () => ({
      name: same('Historian'),
      description: same('nightly'),
      data_set_id: dataSetId(),
      raw_tables: json([{ dbName: 'plant', tableName: 'tags' }]),
      schedule: same('On trigger'),
      contacts: json([
        { name: 'Operations', email: 'ops@example.com', role: 'owner', sendNotification: true },
      ]),
      metadata: METADATA,
      source: same('PI'),
      documentation: same('# how'),
      created_by: same('ops'),
      notification_config: json({ allowedNotSeenRangeInMinutes: 60 }),
    }),
    others: () => ({ data_set_external_id: dataSetByName() }),
    required: ['name', 'data_set_id'],
    read: byExternalId('extpipes'),
    wrong: ['contacts', '[', '22P02'],
    fixed: ['created_by'],
  },
];
