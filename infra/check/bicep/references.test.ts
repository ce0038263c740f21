import { openParser, type ParseBicep } from './node';
import { referencesOf } from './references';

let parse: ParseBicep;

beforeAll(async () => {
  parse = await openParser();
});

function usesIn(text: string): string[] {
  return [...referencesOf(parse(text))].map(({ name, kind }) =>
    kind === 'value' ? name : `${kind} ${name}`,
  );
}

it.each([
  [
    'a declaration is no use of its own name',
    'var a = b\nparam c string = d\noutput e string = f',
    ['b', 'd', 'f'],
  ],
  ['keys and members are no uses', "var a = { b: c.d, 'e': f.?g }", ['c', 'f']],
  ['a key can be computed', "var a = { '${b}': c }", ['b', 'c']],
  ['interpolations are uses', "var a = 'x${b}y${c.d}'", ['b', 'c']],
  ['a loop has names of its own', 'var a = [for (b, i) in c: { d: b, e: i, f: g }]', ['c', 'g']],
  ['they end with the loop', 'var a = [for b in c: b]\nvar d = b', ['c', 'b']],
  ['a lambda has names of its own', 'var a = map(b, c => c.d)', ['call map', 'b']],
  ['decorators are no uses, their arguments are', '@allowed([b])\nparam a string', ['b']],
  ['a nested resource is named after its parent', 'var a = b::c.id', ['b', 'nested c']],
  ['a type is a use', 'param a fooType', ['type fooType']],
  ['a function has names of its own', 'func a(b string) string => toLower(b)', ['call toLower']],
  ['comments may stand anywhere', 'var a = /* x */ b // c', ['b']],
])('%s', (_, text, uses) => {
  expect(usesIn(text)).toEqual(uses);
});
