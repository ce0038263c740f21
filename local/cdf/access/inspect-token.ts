// GET /api/v1/token/inspect: which projects the caller's token opens, and what it may do there.
import { forbidden } from '../api-error';
import type { Answer } from '../call';
import { Access } from './access';
import type { Client } from './clients';

/** Without projectsAcl:LIST and groupsAcl:LIST the page itself is closed. Throws 403. */
export function inspectToken({ id, projects, groups, capabilities }: Client): Answer {
  const access = new Access(capabilities, null);
  for (const acl of ['projectsAcl', 'groupsAcl']) if (!access.may({ acl, action: 'LIST' })) throw forbidden();
  return {
    status: 200,
    body: {
      subject: id,
      projects: projects.map((projectUrlName) => ({ projectUrlName, groups })),
      capabilities: capabilities.map((capability) => ({ projectScope: { allProjects: {} }, ...capability })),
    },
  };
}
