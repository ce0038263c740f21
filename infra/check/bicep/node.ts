// Bicep's syntax tree as plain objects, read once from tree-sitter's: each look at one of its own nodes is a call into
// WebAssembly, and rules look often. Comments may stand between any two nodes and are left out.
import { readFile } from 'node:fs/promises';
import { Language, Parser, type TreeCursor } from 'web-tree-sitter';

export interface Node {
  /** Kind, as the grammar names it. */
  readonly type: string;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly parent: Node | null;
  /** The grammar's name for its place in the parent; null for most. */
  readonly field: string | null;
  /** All below it, also words and punctuation. */
  readonly children: readonly Node[];
  /** Those that have a kind of their own. */
  readonly parts: readonly Node[];
  /** What the parser has made up, because it must be there. */
  readonly isMissing: boolean;
}

const COMMENTS = new Set(['comment', 'diagnostic_comment']);

export type ParseBicep = (text: string) => Node;

/** The parser and Bicep's grammar are WebAssembly: nothing is compiled where this runs, and any number may be open. */
export async function openParser(): Promise<ParseBicep> {
  await Parser.init();
  const grammar = await readFile(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new Error('the parser gave up');
    const cursor = tree.walk();
    const root = read(cursor, text, null);
    cursor.delete();
    tree.delete();
    return root;
  };
}

function read(cursor: TreeCursor, text: string, parent: Node | null): Node {
  const children: Node[] = [];
  const parts: Node[] = [];
  const node: Node = {
    type: cursor.nodeType,
    text: text.slice(cursor.startIndex, cursor.endIndex),
    line: cursor.startPosition.row + 1,
    parent,
    field: cursor.currentFieldName,
    children,
    parts,
    isMissing: cursor.nodeIsMissing,
  };
  if (!cursor.gotoFirstChild()) return node;
  do {
    if (COMMENTS.has(cursor.nodeType)) continue;
    const isPart = cursor.nodeIsNamed;
    const child = read(cursor, text, node);
    children.push(child);
    if (isPart) parts.push(child);
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return node;
}
