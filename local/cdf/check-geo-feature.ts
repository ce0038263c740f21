// A GeoJSON Feature as assets take it: two-dimensional, of six kinds of geometry.
import { badRequest } from './api-error';
import type { JsonObject } from './call';

/** How deep coordinates nest, and how many the innermost list of positions needs. */
const GEOMETRIES: Readonly<Record<string, { readonly depth: number; readonly minPositions: number }>> = {
  Point: { depth: 0, minPositions: 0 },
  MultiPoint: { depth: 1, minPositions: 0 },
  LineString: { depth: 1, minPositions: 2 },
  MultiLineString: { depth: 2, minPositions: 2 },
  Polygon: { depth: 2, minPositions: 2 },
  MultiPolygon: { depth: 3, minPositions: 2 },
};

/** Throws 400 for what is no Feature. */
export function checkGeoFeature(value: unknown, where: string): void {
  const feature = isObject(value) ? value : {};
  if (feature['type'] !== 'Feature') throw badRequest(`${where}.type: must be Feature`);
  const geometry = isObject(feature['geometry']) ? feature['geometry'] : {};
  const type = typeof geometry['type'] === 'string' ? geometry['type'] : '';
  const rule = Object.hasOwn(GEOMETRIES, type) ? GEOMETRIES[type] : undefined;
  if (rule === undefined)
    throw badRequest(`${where}.geometry.type: must be one of ${Object.keys(GEOMETRIES).join(', ')}`);
  if (!isNested(geometry['coordinates'], rule.depth, rule.minPositions))
    throw badRequest(`${where}.geometry.coordinates: are no coordinates of a ${type}`);
  if (feature['properties'] !== undefined && !isObject(feature['properties']))
    throw badRequest(`${where}.properties: must be an object`);
}

function isNested(value: unknown, depth: number, minPositions: number): boolean {
  if (!Array.isArray(value)) return false;
  if (depth === 0) return value.length === 2 && value.every((number) => Number.isFinite(number));
  if (depth === 1 && value.length < minPositions) return false;
  return value.every((inner) => isNested(inner, depth - 1, minPositions));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
