// All that is checked about infra/, in one list.
import type { ParseBicep } from './bicep/node';
import { type Program, readProgram } from './bicep/program';
import { type Report, sortReports } from './report';
import { descriptions } from './rules/descriptions';
import { diagnostics } from './rules/diagnostics';
import { moduleOutputs, moduleParameters } from './rules/modules';
import { repeatedNames, undefinedNames, unusedNames } from './rules/names';
import { parameterFiles } from './rules/parameter-files';
import { parents } from './rules/parents';
import { roles } from './rules/roles';
import type { Rule } from './rules/rule';
import { demands, locations, places, secrets } from './rules/safety';
import { settings } from './rules/settings';
import { stores } from './rules/stores';
import { syntaxErrors } from './rules/syntax-errors';
import { telemetry } from './rules/telemetry';
import { checkTypes } from './types/check-types';
import type { ResourceTypes } from './types/resource-types';

const RULES: readonly Rule[] = [
  undefinedNames,
  unusedNames,
  repeatedNames,
  moduleParameters,
  moduleOutputs,
  descriptions,
  parameterFiles,
  parents,
  secrets,
  places,
  locations,
  demands,
  diagnostics,
  roles,
  settings,
  stores,
  telemetry,
];

/** `folder`: absolute. `types`: null where there are none to check against. */
export function checkInfra(folder: string, parse: ParseBicep, types: ResourceTypes | null): Report[] {
  const program = readProgram(folder, parse);
  // A tree with holes has holes in its names too: nothing that other rules would say of it helps.
  const faults = [...syntaxErrors(program)];
  return sortReports(faults.length > 0 ? faults : [...runRules(program, types)]);
}

function* runRules(program: Program, types: ResourceTypes | null): Generator<Report> {
  for (const rule of RULES) yield* rule(program);
  if (types !== null) yield* checkTypes(program, types);
}
