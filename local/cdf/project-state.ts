// Everything that one project holds, in memory.
import { AssetTree } from './asset-tree';
import { Items } from './items';
import type { PipelineRuns } from './pipeline-run';
import { ModelStore } from './models/model-store';
import { RawStore } from './raw/raw-store';
import type { SequenceRows } from './sequences/row-store';
import type { SeriesPoints } from './datapoints/series-points';

/** Larger than any 32-bit integer, so that a client that cuts ids is found out. */
const FIRST_ID = 4_503_599_627_370_497;

export class ProjectState {
  readonly assets = new Items();
  readonly events = new Items();
  readonly timeseries = new Items();
  readonly extpipes = new Items();
  readonly datasets = new Items();
  readonly labels = new Items();
  readonly relationships = new Items();
  readonly files = new Items();
  readonly sequences = new Items();
  readonly assetTree = new AssetTree(this.assets);
  /** By id of the time series; absent while a series has no points. */
  readonly points = new Map<number, SeriesPoints>();
  /** By id of the extraction pipeline. */
  readonly runs = new Map<number, PipelineRuns>();
  /** By id of the sequence; absent while it has no rows. */
  readonly sequenceRows = new Map<number, SequenceRows>();
  readonly raw = new RawStore();
  readonly models = new ModelStore();
  private lastId = FIRST_ID;

  nextId(): number {
    return (this.lastId += 2);
  }
}

/** The projects that there are: those that some client may open. */
export class Projects {
  private readonly states = new Map<string, ProjectState>();

  get(name: string): ProjectState {
    const state = this.states.get(name) ?? new ProjectState();
    this.states.set(name, state);
    return state;
  }

  clear(): void {
    this.states.clear();
  }
}
