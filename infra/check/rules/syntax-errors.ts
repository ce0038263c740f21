// What the parser cannot read. Also where Bicep itself could (facts of the grammar are in infra/README.md): write it
// another way, or nothing below it is checked.
import type { Node } from '../bicep/node';
import type { Report } from '../report';
import { perFile, reportAt } from './rule';

const MAX_SHOWN = 40;

export const syntaxErrors = perFile(function* (file): Generator<Report> {
  for (const node of faultsIn(file.root)) {
    const text = node.text.split('\n', 1)[0]!.slice(0, MAX_SHOWN);
    const message = node.isMissing ? `${node.type} expected` : `cannot be read: ${text}`;
    yield reportAt(file, node, 'syntax-error', message);
  }
});

/** The outermost ones: what is inside an error is a guess. */
function* faultsIn(node: Node): Generator<Node> {
  if (node.type === 'ERROR' || node.isMissing) yield node;
  else for (const child of node.children) yield* faultsIn(child);
}
