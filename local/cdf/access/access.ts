// What the caller may do in a project, and where: each operation asks for the places of the items that it touches.
import { forbidden } from '../api-error';
import type { Capability, Need } from './capability';
import type { Place } from './scope';
import { isWithin } from './scope';

export type { Place } from './scope';

export class Access {
  private readonly capabilities: readonly Capability[];

  /** null: in any project. */
  constructor(capabilities: readonly Capability[], project: string | null) {
    this.capabilities = capabilities.filter(({ projectScope }) => {
      const projects = projectScope?.projects;
      return project === null || projects === undefined || projects.includes(project);
    });
  }

  /** Without a place: is there any where the caller may? */
  may(need: Need, place?: Place): boolean {
    return this.capabilities.some((capability) => {
      const grant = capability[need.acl as `${string}Acl`];
      if (grant?.actions.includes(need.action) !== true) return false;
      return place === undefined || isWithin(grant.scope, place);
    });
  }

  /** Throws 403 unless the caller may do it in each of the places. */
  require(need: Need, places: readonly Place[]): void {
    if (!places.every((place) => this.may(need, place))) throw forbidden();
  }
}
