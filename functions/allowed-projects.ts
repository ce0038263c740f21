// For which CDF projects credentials may be made, where an installation is meant for some only. What was made before a
// project went from the list stays.
import { HttpError } from './http';

/** Throws HttpError 403. */
export type CheckProject = (project: string) => void;

/** `list`: names, comma-separated; empty: every project. */
export function createProjectCheck(list: string): CheckProject {
  const allowed = new Set(list.split(',').map((name) => name.trim()));
  allowed.delete('');
  return (project) => {
    if (allowed.size > 0 && !allowed.has(project))
      throw new HttpError(
        403,
        `Credentials for project "${project}" may not be made here; it must be allowed by the setting SLUICE_ALLOWED_PROJECTS.`,
      );
  };
}
