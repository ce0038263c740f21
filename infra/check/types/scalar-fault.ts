// Whether a text, number or truth value is one that Azure takes.
import { didYouMean } from '../report';
import type { IntType, Lazy, StringType, Type } from './type';
import type { Scalar } from './value-of';

export interface Fault {
  readonly rule: 'wrong-type' | 'unknown-value' | 'out-of-range';
  readonly message: string;
}

/** null: nothing is wrong, or nothing can be said. */
export function scalarFault(scalar: Scalar, type: Type): Fault | null {
  switch (type.kind) {
    case 'any':
      return null;
    case 'string':
      return scalar.type === 'string' ? textFault(scalar.value, type) : wrong('string', scalar);
    case 'int':
      return scalar.type === 'int' ? numberFault(scalar.value, type) : wrong('int', scalar);
    case 'bool':
      return scalar.type === 'bool' ? null : wrong('bool', scalar);
    case 'literal':
      return unionFault(scalar, [() => type]);
    case 'union':
      return unionFault(scalar, type.of);
    default:
      return wrong(type.kind === 'array' ? 'array' : 'object', scalar);
  }
}

function wrong(wanted: string, { type }: Scalar): Fault {
  return { rule: 'wrong-type', message: `is ${wanted}, not ${type}` };
}

/** Where a list of values is open (any other text is taken too), a value that is not in it is a mistake all the same. */
function unionFault(scalar: Scalar, of: readonly Lazy[]): Fault | null {
  const types = of.map((lazy) => lazy());
  const values = types.flatMap((type) => (type.kind === 'literal' ? type.value : []));
  if (values.length === 0) {
    const faults = types.map((type) => scalarFault(scalar, type));
    return faults.includes(null) ? null : (faults[0] ?? null);
  }
  if (scalar.type !== 'string') return wrong('string', scalar);
  const { value } = scalar;
  if (value === null || values.includes(value)) return null;
  return {
    rule: 'unknown-value',
    message: `cannot be "${value}": ${values.join(', ')}${didYouMean(value, values)}`,
  };
}

function textFault(value: string | null, { minLength = 0, maxLength, pattern }: StringType): Fault | null {
  if (value === null) return null;
  if (value.length < minLength) return { rule: 'out-of-range', message: `is shorter than ${minLength}` };
  if (maxLength !== undefined && value.length > maxLength)
    return { rule: 'out-of-range', message: `is longer than ${maxLength}` };
  if (pattern !== undefined && !new RegExp(pattern).test(value))
    return { rule: 'out-of-range', message: `does not fit ${pattern}` };
  return null;
}

function numberFault(value: string | null, { minValue, maxValue }: IntType): Fault | null {
  const number = Number(value);
  if (value === null) return null;
  if (minValue !== undefined && number < minValue)
    return { rule: 'out-of-range', message: `is below ${minValue}` };
  return maxValue !== undefined && number > maxValue
    ? { rule: 'out-of-range', message: `is above ${maxValue}` }
    : null;
}
