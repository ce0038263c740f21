// Which rows a WHERE names: its conditions, turned into the values that each column of the table's key may have.
import { type Column, columnOf, type Table } from '../../shared/tables/table';
import { columnPath, type Condition, type Operator, turned } from '../sql/conditions';
import type { KeyedStatement } from '../sql/statement';
import type { Range } from '../sql/split';
import { rowParts } from '../sql/top-tokens';

/** A statement in its text. */
export interface KeyedSource {
  readonly text: Buffer;
  readonly statement: KeyedStatement;
}

/** Values for some of the fields of a row; several domains name each of their combinations. */
export type Domain =
  | {
      readonly kind: 'list';
      readonly fields: readonly number[];
      readonly tuples: readonly (readonly Range[])[];
    }
  | { readonly kind: 'array'; readonly fields: readonly number[]; readonly range: Range }
  | { readonly kind: 'query'; readonly fields: readonly number[]; readonly range: Range };

export interface Keys {
  /** The fields that name a row: the key's columns; of data points that are deleted the series, then the bounds of time. */
  readonly columns: readonly Column[];
  readonly operators: readonly Operator[];
  readonly domains: readonly Domain[];
  /** Conditions on what stands behind FROM or USING. */
  readonly rest: readonly Range[];
}

/** Null: the conditions do not name rows by the table's key. */
export function readKeys(table: Table, { text, statement }: KeyedSource): Keys | null {
  if (statement.conditions === null) return null;
  return new KeyReader(table, text, statement).read(statement.conditions);
}

class KeyReader {
  private readonly columns: Column[] = [];
  private readonly operators: Operator[] = [];
  private readonly domains: Domain[] = [];
  private readonly rest: Range[] = [];
  /** How often each column of the key is named. */
  private readonly named: number[];
  private readonly hasRanges: boolean;

  constructor(
    private readonly table: Table,
    private readonly text: Buffer,
    private readonly statement: KeyedStatement,
  ) {
    this.hasRanges = table.request.kind === 'datapoints' && statement.kind === 'delete';
    const fixed = this.hasRanges ? table.key.slice(0, 1) : table.key;
    for (const name of fixed) this.addField(name, '=');
    this.named = table.key.map(() => 0);
  }

  read(conditions: readonly Condition[]): Keys | null {
    for (const condition of conditions) {
      const domain = this.domain(condition);
      if (domain !== null) this.domains.push(domain);
      else if (this.statement.from === null) return null;
      else this.rest.push(condition.range);
    }
    const { columns, operators, domains, rest } = this;
    const isWhole = this.named.every((count, key) => (this.isRange(key) ? count >= 0 : count === 1));
    return isWhole ? { columns, operators, domains, rest } : null;
  }

  /** Null: the condition is none on the key. */
  private domain(condition: Condition): Domain | null {
    switch (condition.kind) {
      case 'compare':
        return this.comparison(condition) ?? this.comparison(reversed(condition));
      case 'in': {
        const keys = this.keysOf(condition.left);
        const tuples = condition.values.map((value) =>
          keys?.length === 1 ? [value] : rowParts(this.text, value),
        );
        return this.list(keys, tuples);
      }
      case 'any': {
        const keys = this.keysOf(condition.left);
        if (keys?.length !== 1) return null;
        return { kind: 'array', fields: this.fields(keys, '='), range: condition.array };
      }
      case 'in-query': {
        const keys = this.keysOf(condition.left);
        return keys === null
          ? null
          : { kind: 'query', fields: this.fields(keys, '='), range: condition.query };
      }
      case 'other':
        return null;
    }
  }

  private comparison({ operator, left, right }: Extract<Condition, { kind: 'compare' }>): Domain | null {
    const keys = this.keysOf(left);
    if (keys === null) return null;
    if (operator !== '=') {
      if (keys.length > 1 || !this.isRange(keys[0]!)) return null;
      return { kind: 'list', fields: this.fields(keys, operator), tuples: [[right]] };
    }
    return this.list(keys, [keys.length === 1 ? [right] : rowParts(this.text, right)]);
  }

  private list(keys: readonly number[] | null, tuples: readonly (readonly Range[] | null)[]): Domain | null {
    if (keys === null || !tuples.every((tuple) => tuple?.length === keys.length)) return null;
    return { kind: 'list', fields: this.fields(keys, '='), tuples: tuples as readonly (readonly Range[])[] };
  }

  /** The key's columns that an expression is: by their place in the key. Null: it is something else. */
  private keysOf(range: Range): number[] | null {
    const parts = rowParts(this.text, range) ?? [range];
    const keys = parts.map((part) => this.keyOf(part));
    return keys.includes(-1) || new Set(keys).size < keys.length ? null : keys;
  }

  private keyOf(range: Range): number {
    const path = columnPath(this.text, range);
    if (path === null) return -1;
    const [name, relation, schema] = path.reverse();
    const { alias, target } = this.statement;
    if (relation !== undefined && relation !== (alias ?? target.name)) return -1;
    if (schema !== undefined && (alias !== null || schema !== (target.schema ?? schema))) return -1;
    return this.table.key.indexOf(name!);
  }

  private fields(keys: readonly number[], operator: Operator): readonly number[] {
    return keys.map((key) => {
      this.named[key]!++;
      return this.isRange(key) ? this.addField(this.table.key[key]!, operator) : key;
    });
  }

  /** Data points may be compared with bounds of time, as many as there are. */
  private isRange(key: number): boolean {
    return this.hasRanges && key > 0;
  }

  private addField(name: string, operator: Operator): number {
    this.operators.push(operator);
    return this.columns.push(columnOf(this.table, name)!) - 1;
  }
}

function reversed(condition: Extract<Condition, { kind: 'compare' }>): typeof condition {
  const { operator, left, right } = condition;
  return { ...condition, operator: turned(operator), left: right, right: left };
}
