// What a project keeps of an extraction pipeline's runs.
import type { OrderedMap } from './ordered-map';

export interface PipelineRun {
  readonly id: number;
  readonly status: string;
  readonly message?: string;
  readonly createdTime: number;
  sequence: number;
}

export interface PipelineRuns {
  readonly runs: OrderedMap<number, PipelineRun>;
  /** What the pipeline shows of them: lastSuccess, lastFailure, lastMessage, lastSeen. */
  readonly last: Record<string, unknown>;
}
