// Ids that point at other resources. A field says what it points at; here stands how that is looked up.
import { badRequest } from './api-error';
import type { Field, Fields } from './fields';
import type { ProjectState } from './project-state';

type Reference = NonNullable<Field['references']>;

/** Which of the ids exist. A resource that comes later (data sets, labels) adds its line. */
const EXISTS: Readonly<Record<Reference, (state: ProjectState, id: number) => boolean>> = {
  assets: (state, id) => state.assets.byId.get(id) !== undefined,
};

const LABELS: Readonly<Record<Reference, string>> = { assets: 'Asset' };

/** Throws 400 with `missing` for ids that do not exist. */
export function checkReferences(
  fields: Readonly<Record<string, Field>>,
  items: readonly { readonly fields: Fields }[],
  state: ProjectState,
): void {
  for (const [name, { references }] of Object.entries(fields)) {
    if (references === undefined) continue;
    const ids = new Set(items.flatMap((item) => (item.fields[name] ?? []) as number | number[]));
    const unknown = [...ids].filter((id) => !EXISTS[references](state, id));
    if (unknown.length > 0)
      throw badRequest(`${LABELS[references]} ids not found: ${unknown.join(', ')}`, {
        missing: unknown.map((id) => ({ id })),
      });
  }
}
