/** The building blocks of the schema: a type, a range, a unit. */
import { Type, type TSchema } from "typebox";

export const object = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
export const optional = Type.Optional;
export const text = (description: string) => Type.String({ minLength: 1, description });
export const entity = (description: string) =>
  Type.String({ pattern: "^[a-z_]+\\.[a-z0-9_]+$", description: `${description} (entity id)` });
export const seconds = (description: string, minimum: number, maximum: number, byDefault?: number) =>
  Type.Number({
    minimum,
    maximum,
    description: `${description}, s`,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });
export const amps = (description: string, minimum: number, maximum: number, byDefault?: number) =>
  Type.Number({
    minimum,
    maximum,
    description: `${description}, A`,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });
export const watts = (description: string, minimum: number, maximum: number, byDefault?: number) =>
  Type.Number({
    minimum,
    maximum,
    description: `${description}, W`,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });
/** A word out of a list. */
export const oneOf = <const T extends readonly string[]>(words: T, description: string, byDefault?: T[number]) =>
  Type.Unsafe<T[number]>({ enum: [...words], description, ...(byDefault === undefined ? {} : { default: byDefault }) });
export const slug = (description: string) =>
  Type.String({ pattern: "^[a-z0-9][a-z0-9_]*$", maxLength: 64, description: `${description} (a-z, 0-9, _)` });
export const listenAddress = (description: string, byDefault?: string) =>
  Type.String({
    pattern: "^(\\[[0-9a-fA-F:]+\\]|[^:\\s]*):[0-9]{1,5}$",
    description: `${description}, host:port`,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });
export const phaseCount = (description: string, byDefault?: 1 | 2 | 3) =>
  Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)], {
    description,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });
export const secret = (description: string) => ({
  value: optional(text(`${description} (secret)`)),
  file: optional(text(`file that holds: ${description}`)),
});

export const sensor = (description: string) =>
  Type.Union([
    entity(description),
    object({
      entity: entity(description),
      invert: optional(Type.Boolean({ default: false, description: "turn the sign" })),
      stale_after: optional(seconds("without a sign of life before it counts as stale", 1, 86400)),
    }),
  ]);
export const files = Type.Union([text("file"), Type.Array(text("file"), { minItems: 1 })]);
