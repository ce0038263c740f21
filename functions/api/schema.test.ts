import type { Schema } from './schema';
import { faultOf } from './schema';

const body: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: {
        oneOf: [
          {
            type: 'object',
            additionalProperties: false,
            required: ['type', 'name'],
            properties: {
              type: { type: 'string', enum: ['a'] },
              name: { type: 'string', minLength: 1, maxLength: 3 },
              size: { type: 'integer', minimum: 1, maximum: 9 },
              more: { type: 'object', maxProperties: 1, additionalProperties: { type: 'boolean' } },
              id: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
            },
          },
          { type: 'object', required: ['type'], properties: { type: { type: 'string', enum: ['b'] } } },
        ],
        discriminator: { propertyName: 'type' },
      },
    },
  },
};

const a = (more: object) => ({ items: [{ type: 'a', name: 'x', ...more }] });

test.each<[unknown, string | null]>([
  [a({}), null],
  [a({ size: 9, more: { x: true }, id: 1 }), null],
  [{ items: [{ type: 'b', anything: 1 }] }, null],
  [a({ name: '😀😀😀' }), null],
  [7, 'Input should be a valid dictionary'],
  [[], 'Input should be a valid dictionary'],
  [{}, 'Field required: items'],
  [{ items: {} }, 'Input should be a valid list: items'],
  [{ items: [] }, 'List should have at least 1 item after validation, not 0: items'],
  [{ items: [1, 2, 3] }, 'List should have at most 2 items after validation, not 3: items'],
  [{ items: ['x'] }, 'Input should be a valid dictionary: items.0'],
  [{ items: [{}] }, 'Field required: items.0.type'],
  [{ items: [{ type: 'c' }] }, "Input should be 'a' or 'b': items.0.type"],
  [{ items: [{ type: 'a' }] }, 'Field required: items.0.name'],
  [{ ...a({}), type: 1 }, 'Extra inputs are not permitted: type'],
  [a({ x: 1 }), 'Extra inputs are not permitted: items.0.x'],
  [a({ constructor: 1 }), 'Extra inputs are not permitted: items.0.constructor'],
  [a({ name: 1 }), 'Input should be a valid string: items.0.name'],
  [a({ name: '' }), 'String should have at least 1 character: items.0.name'],
  [a({ name: 'xxxx' }), 'String should have at most 3 characters: items.0.name'],
  [a({ size: 1.5 }), 'Input should be a valid integer: items.0.size'],
  [a({ size: '1' }), 'Input should be a valid integer: items.0.size'],
  [a({ size: 0 }), 'Input should be greater than or equal to 1: items.0.size'],
  [a({ size: 10 }), 'Input should be less than or equal to 9: items.0.size'],
  [a({ more: { x: 1 } }), 'Input should be a valid boolean: items.0.more.x'],
  [a({ more: { x: true, y: true } }), 'Dictionary should have at most 1 item, not 2: items.0.more'],
  [a({ id: true }), 'Input should be a valid string: items.0.id'],
])('%j: %s', (value, fault) => {
  expect(faultOf(body, value)).toBe(fault);
});
