// A small part of CDF's unit catalogue, which is the same for every project and read-only.

export interface Unit {
  readonly externalId: string;
  readonly name: string;
  readonly longName: string;
  readonly symbol: string;
  readonly aliasNames: readonly string[];
  readonly quantity: string;
  /** To the quantity's SI unit: value * multiplier + offset * multiplier. */
  readonly conversion: { readonly multiplier: number; readonly offset: number };
  readonly source: string;
}

type Row = readonly [
  externalId: string,
  name: string,
  longName: string,
  symbol: string,
  quantity: string,
  multiplier: number,
  offset?: number,
];

const ROWS: readonly Row[] = [
  ['length:m', 'M', 'meter', 'm', 'Length', 1],
  ['length:ft', 'FT', 'foot', 'ft', 'Length', 0.3048],
  ['length:in', 'IN', 'inch', 'in', 'Length', 0.0254],
  ['length:kilom', 'KiloM', 'kilometer', 'km', 'Length', 1000],
  ['mass:kilogm', 'KiloGM', 'kilogram', 'kg', 'Mass', 1],
  ['mass:lb', 'LB', 'pound mass', 'lbm', 'Mass', 0.45359237],
  ['temperature:k', 'K', 'kelvin', 'K', 'Temperature', 1],
  ['temperature:deg_c', 'DEG_C', 'degree Celsius', '°C', 'Temperature', 1, 273.15],
  ['temperature:deg_f', 'DEG_F', 'degree Fahrenheit', '°F', 'Temperature', 5 / 9, 459.67],
  ['pressure:pa', 'PA', 'pascal', 'Pa', 'Pressure', 1],
  ['pressure:kilopa', 'KiloPA', 'kilopascal', 'kPa', 'Pressure', 1000],
  ['pressure:bar', 'BAR', 'bar', 'bar', 'Pressure', 100_000],
  ['pressure:psi', 'PSI', 'pound-force per square inch', 'psi', 'Pressure', 6894.757293168],
  ['time:sec', 'SEC', 'second', 's', 'Time', 1],
  ['time:min', 'MIN', 'minute', 'min', 'Time', 60],
  ['time:hr', 'HR', 'hour', 'h', 'Time', 3600],
  ['volume:m3', 'M3', 'cubic meter', 'm³', 'Volume', 1],
  ['volume:l', 'L', 'litre', 'L', 'Volume', 0.001],
  ['power:w', 'W', 'watt', 'W', 'Power', 1],
  ['power:kilow', 'KiloW', 'kilowatt', 'kW', 'Power', 1000],
];

export const UNITS: readonly Unit[] = ROWS.map(
  ([externalId, name, longName, symbol, quantity, multiplier, offset = 0]) => ({
    ...{ externalId, name, longName, symbol, quantity },
    aliasNames: [longName, symbol],
    conversion: { multiplier, offset },
    source: 'qudt.org',
  }),
);

/** Which unit each system measures a quantity in. */
export const UNIT_SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  SI: ['length:m', 'mass:kilogm', 'temperature:k', 'pressure:pa', 'time:sec', 'volume:m3', 'power:w'],
  Default: [
    'length:m',
    'mass:kilogm',
    'temperature:deg_c',
    'pressure:bar',
    'time:sec',
    'volume:m3',
    'power:w',
  ],
  Imperial: ['length:ft', 'mass:lb', 'temperature:deg_f', 'pressure:psi', 'time:sec', 'volume:m3', 'power:w'],
};
