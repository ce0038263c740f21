// An UPDATE or DELETE of the extended protocol, read once at Parse: which field comes from which parameter or literal.
import { oidOfType } from '../ingest/decode/type-names';
import { RowFields } from '../ingest/decode/row-fields';
import {
  compileValues,
  convertsParameters,
  parameterTypes,
  type ValuesTemplate,
} from '../ingest/decode/values-template';
import type { KeyedStatement } from '../sql/statement';
import { quotedName, type Target } from './gateway-writes';
import { type KeyedWrite, planKeyed } from './keyed-plan';
import { comparesKeys } from './keyed-writes';
import type { PreparedKeyed } from './prepared';

/** `text` holds the statement; it is copied. `declared`: the types of parameters that Parse gives. Throws PostgresError. */
export function prepareKeyed(
  text: Buffer,
  statement: KeyedStatement,
  { table }: Target,
  declared: Int32Array,
): PreparedKeyed {
  const own = Buffer.from(text);
  const write = planKeyed(table, { text: own, statement });
  const { values, plan } = write;
  const columnCount = plan.columns.length;
  const compiled = values === null ? null : compileValues(values, 0, values.length, columnCount);
  const columnOids = Int32Array.from(plan.columns, (column) => oidOfType(column.type));
  const types = compiled === null ? declared : parameterTypes(compiled, columnOids, declared);
  const template = compiled !== null && isReadable(write, compiled, types) ? compiled : null;
  const fields = new RowFields(columnCount);
  const targetKey = quotedName(statement.target);
  return { kind: 'keyed', text: own, statement, targetKey, plan, write, template, types, declared, fields };
}

/** False where the engine has to evaluate or compare a value. */
function isReadable(write: KeyedWrite, template: ValuesTemplate, types: Int32Array): boolean {
  if (convertsParameters(template, types)) return false;
  const { columns, parameterOf, castOid, literals } = template;
  const oids = new Int32Array(columns);
  for (let row = 0, at = 0; row < template.rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const parameter = parameterOf[at]! - 1;
      oids[column] = parameter < 0 ? literals.oids[at]! : castOid[at]! || types[parameter]!;
    }
    if (!comparesKeys(write, oids)) return false;
  }
  return true;
}
