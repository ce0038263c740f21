// Capabilities in CDF's own form, as token/inspect shows them and /control/clients takes them.

interface AclGrant {
  readonly actions: readonly string[];
  readonly scope?: Readonly<Record<string, unknown>>;
}

/** One `...Acl` key, and where it holds: `{"allProjects": {}}` or `{"projects": [...]}`; left out: everywhere. */
export interface Capability {
  readonly [acl: `${string}Acl`]: AclGrant;
  readonly projectScope?: { readonly allProjects?: object; readonly projects?: readonly string[] };
}

/** What an operation needs. */
export interface Need {
  readonly acl: string;
  readonly action: string;
}

const READ_WRITE = ['READ', 'WRITE'];
const ALL_GRANTS: Readonly<Record<string, readonly string[]>> = {
  projectsAcl: ['LIST', 'READ', 'UPDATE'],
  groupsAcl: ['LIST', 'READ', 'CREATE', 'UPDATE', 'DELETE'],
  assetsAcl: READ_WRITE,
  eventsAcl: READ_WRITE,
  timeSeriesAcl: READ_WRITE,
  rawAcl: ['READ', 'WRITE', 'LIST'],
  extractionPipelinesAcl: READ_WRITE,
  extractionRunsAcl: READ_WRITE,
  filesAcl: READ_WRITE,
  labelsAcl: READ_WRITE,
  relationshipsAcl: READ_WRITE,
  sequencesAcl: READ_WRITE,
  dataModelsAcl: READ_WRITE,
  dataModelInstancesAcl: ['READ', 'WRITE', 'WRITE_PROPERTIES'],
  datasetsAcl: ['READ', 'WRITE', 'OWNER'],
};

/** Everything that the stand-in asks for, in all projects. */
export const ALL_CAPABILITIES: readonly Capability[] = Object.entries(ALL_GRANTS).map(
  ([acl, actions]) =>
    ({ [acl]: { actions, scope: { all: {} } }, projectScope: { allProjects: {} } }) as Capability,
);
