// Every file says what it is, every parameter, output and type what it means, and a parameter whether it must be given.
import { isRequired } from '../bicep/file';
import { literalText } from '../bicep/syntax';
import type { Report } from '../report';
import { declarationsOf, perFile, reportAt } from './rule';

export const descriptions = perFile(function* (file): Generator<Report> {
  const said = declarationsOf(file, 'metadata').map(({ name }) => name);
  for (const name of ['name', 'description'])
    if (!said.includes(name)) yield reportAt(file, file.root, 'missing-description', `no metadata ${name}`);
  for (const declaration of declarationsOf(file, 'param', 'output', 'type')) {
    const { kind, name, node, decorators } = declaration;
    const text = literalText(decorators.get('description')?.[0] ?? null) ?? '';
    if (text === '') yield reportAt(file, node, 'missing-description', `${kind} "${name}" is not described`);
    else if (kind === 'param' && !beginsRight(text, isRequired(declaration)))
      yield reportAt(
        file,
        node,
        'wrong-description',
        `the description of "${name}" must begin with "${isRequired(declaration) ? 'Required' : 'Optional'}."`,
      );
  }
});

function beginsRight(text: string, required: boolean): boolean {
  return required ? text.startsWith('Required. ') : /^(Optional|Conditional)\. /.test(text);
}
