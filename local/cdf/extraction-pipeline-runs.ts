// Runs of extraction pipelines: appended, listed, gone with their pipeline; the last of each kind shows in the pipeline.
import type { Answer, Call, Page } from './call';
import { asObject, itemsOf, jsonBody, pageOf } from './call';
import { checkFields, checkValue } from './check-value';
import type { Field } from './fields';
import { MAX_ID } from './fields';
import { within } from './filters';
import { resolve } from './identifiers';
import type { Item } from './items';
import { externalIdOf } from './items';
import { OrderedMap } from './ordered-map';
import type { PipelineRun } from './pipeline-run';
import type { ProjectState } from './project-state';

const MAX_RUNS = 1000;
const RUN_STATUSES = ['success', 'failure', 'seen'] as const;

const RUN_FIELDS: Readonly<Record<string, Field>> = {
  externalId: { shape: { kind: 'text', min: 1, max: 255 }, required: true },
  status: { shape: { kind: 'text', oneOf: RUN_STATUSES }, required: true },
  message: { shape: { kind: 'text', max: 1000 }, nullable: true },
  createdTime: { shape: { kind: 'integer', min: 0, max: MAX_ID }, nullable: true },
};

/** POST /extpipes/runs */
export function createRuns(call: Call): Answer {
  const { state, now } = call;
  const items = itemsOf(jsonBody(call), 1, MAX_RUNS).map((value, i) => {
    const item = asObject(value, `request.items[${i}]`);
    checkFields(RUN_FIELDS, item, `request.items[${i}]`);
    return item as unknown as NewRun;
  });
  const externalIds = [...new Set(items.map(({ externalId }) => externalId))];
  const pipelines = resolve(
    state.extpipes,
    externalIds.map((externalId) => ({ externalId })),
    extractionPipelineLabel,
  );
  requireRuns(call, 'WRITE', pipelines);
  const byExternalId = new Map(pipelines.map((pipeline) => [externalIdOf(pipeline), pipeline]));
  const stored = items.map((item) => ({
    externalId: item.externalId,
    ...append(state, byExternalId.get(item.externalId)!, item, now),
  }));
  return { status: 200, body: { items: stored } };
}

interface NewRun {
  readonly externalId: string;
  readonly status: string;
  readonly message?: string | null;
  readonly createdTime?: number | null;
}

/** Throws 403. */
function requireRuns({ access }: Call, action: string, pipelines: readonly Item[]): void {
  const placeOf = ({ id, fields }: Item) => ({ pipelineId: id, dataSetId: fields['dataSetId'] as number });
  access.require({ acl: 'extractionRunsAcl', action }, pipelines.map(placeOf));
}

const extractionPipelineLabel = { label: 'Extraction pipeline', duplicateStatus: 409 } as const;

/** A run of any status is a sign of life. */
function append(state: ProjectState, { id }: Item, item: NewRun, now: number): object {
  const ofPipeline = state.runs.get(id) ?? { runs: new OrderedMap((run: PipelineRun) => run.id), last: {} };
  state.runs.set(id, ofPipeline);
  const createdTime = item.createdTime ?? now;
  const base = { id: state.nextId(), status: item.status, createdTime, sequence: 0 };
  const run = typeof item.message === 'string' ? { ...base, message: item.message } : base;
  ofPipeline.runs.add(run);
  ofPipeline.last['lastSeen'] = createdTime;
  if (item.status === 'success') ofPipeline.last['lastSuccess'] = createdTime;
  if (item.status === 'failure') ofPipeline.last['lastFailure'] = createdTime;
  if (typeof item.message === 'string') ofPipeline.last['lastMessage'] = item.message;
  return renderRun(run);
}

const RUN_FILTER: Readonly<Record<string, Field>> = {
  externalId: { shape: { kind: 'text', min: 1, max: 255 }, required: true },
  statuses: { shape: { kind: 'list', of: { kind: 'text', oneOf: RUN_STATUSES } } },
  createdTime: { shape: within(() => 0).shape },
  message: { shape: { kind: 'object', fields: { substring: { shape: { kind: 'text' } } } } },
};

interface RunFilter {
  readonly externalId: string;
  readonly statuses?: readonly string[];
  readonly createdTime?: { readonly min?: number; readonly max?: number };
  readonly message?: { readonly substring?: string };
}

/** POST /extpipes/runs/list */
export function listRuns(call: Call): Answer {
  const request = jsonBody(call);
  const filter = asObject(request['filter'] ?? {}, 'request.filter');
  checkFields(RUN_FILTER, filter, 'request.filter');
  return page(call, filter as unknown as RunFilter, pageOf(request));
}

/** GET /extpipes/runs?externalId= */
export function listRunsByQuery(call: Call): Answer {
  const externalId = call.query.get('externalId') ?? '';
  checkValue({ kind: 'text', min: 1, max: 255 }, externalId, 'request.externalId');
  return page(call, { externalId }, pageOf(call.query));
}

function page(call: Call, filter: RunFilter, request: Page): Answer {
  const { externalId } = filter;
  const pipelines = resolve(call.state.extpipes, [{ externalId }], extractionPipelineLabel);
  requireRuns(call, 'READ', pipelines);
  const [pipeline] = pipelines;
  const runs = call.state.runs.get(pipeline?.id ?? 0)?.runs;
  const { values, nextCursor } = runs?.page(request, (run) => matches(run, filter)) ?? { values: [] };
  const items = values.map(renderRun);
  return { status: 200, body: nextCursor === undefined ? { items } : { items, nextCursor } };
}

function matches(run: PipelineRun, { statuses, createdTime, message }: RunFilter): boolean {
  const { min = 0, max = Infinity } = createdTime ?? {};
  return (
    (statuses?.includes(run.status) ?? true) &&
    run.createdTime >= min &&
    run.createdTime <= max &&
    (run.message ?? '').includes(message?.substring ?? '')
  );
}

function renderRun({ sequence: _sequence, ...run }: PipelineRun): object {
  return run;
}
