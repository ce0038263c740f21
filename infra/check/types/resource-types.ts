// Which resource types and API versions there are.
import { didYouMean } from '../report';
import { OWN_TYPES } from './own';
import { readPublishedTypes } from './published';
import type { Lazy } from './type';

export interface ResourceTypes {
  /** `target`: `Type@version`, in any case. */
  find(target: string): Lazy | null;
  /** What is wrong with a target that is not found. */
  faultOf(target: string): { rule: string; message: string };
}

/** Throws where the file cannot be read. */
export function loadResourceTypes(path: string): ResourceTypes {
  const published = readPublishedTypes(path);
  const bodies = new Map([...OWN_TYPES, ...published].map(([name, body]) => [name.toLowerCase(), body]));
  const names = [...OWN_TYPES.keys(), ...published.keys()];
  return {
    find: (target) => bodies.get(target.toLowerCase()) ?? null,
    faultOf: (target) => {
      const [type = '', version = ''] = target.split('@');
      const versions = names.filter((name) => name.toLowerCase().startsWith(`${type.toLowerCase()}@`));
      if (versions.length > 0)
        return {
          rule: 'unknown-api-version',
          message: `${type} has no version ${version} among the types: ${versions.map((name) => name.split('@')[1]).join(', ')}`,
        };
      const types = new Set(names.map((name) => name.split('@')[0]!));
      return { rule: 'unknown-resource-type', message: `no type ${type}${didYouMean(type, types)}` };
    },
  };
}
