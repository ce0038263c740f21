// Types of what Azure takes and gives, as its published descriptions have them. Lazy, since they refer to each other.

export type Lazy = () => Type;

export interface Property {
  readonly type: Lazy;
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
}

export type Properties = ReadonlyMap<string, Property>;

export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  readonly properties: Properties;
  /** Of names that are not among the properties; null: there are no others. */
  readonly others: Lazy | null;
}

/** An object whose one property decides about the others. */
export interface DiscriminatedType {
  readonly kind: 'discriminated';
  readonly name: string;
  readonly discriminator: string;
  readonly properties: Properties;
  readonly variants: ReadonlyMap<string, Lazy>;
}

export interface StringType {
  readonly kind: 'string';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export interface IntType {
  readonly kind: 'int';
  readonly minValue?: number;
  readonly maxValue?: number;
}

export type Type =
  | ObjectType
  | DiscriminatedType
  | StringType
  | IntType
  | { readonly kind: 'bool' }
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'union'; readonly of: readonly Lazy[] }
  | { readonly kind: 'array'; readonly item: Lazy };
