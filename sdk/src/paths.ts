import type { paths as documented } from './generated/api.ts'

/** What an address holds is text: a number, a truth value or a list, joined by commas, may be given as its text, too. */
type Loose<Value> = Value extends readonly unknown[]
  ? Value | string
  : number extends Value
    ? Value | string
    : [Value] extends [boolean | undefined]
      ? Value | 'true' | 'false'
      : Value

type LooseQuery<Query> = { [Name in keyof Query]: Loose<Query[Name]> }

type Called<Parameters> = {
  [Place in keyof Parameters]: Place extends 'query'
    ? LooseQuery<NonNullable<Parameters[Place]>>
    : Place extends 'header'
      ? never
      : Parameters[Place]
}

/** Headers are optional here: the client sets the tenant itself, and the others are given as plain headers. */
type Callable<Operation> = Operation extends { parameters: infer Parameters }
  ? Omit<Operation, 'parameters'> & {
      parameters: Omit<Called<Parameters>, 'header' | 'query'> & {
        header?: never
        query?: Called<Parameters> extends { query?: infer Query } ? Query : never
      }
    }
  : Operation

/** Every operation below `/api/v1`. */
export type paths = {
  [Path in keyof documented as Path extends `/api/v1${infer Rest}` ? Rest : never]: {
    [Method in keyof documented[Path]]: Callable<documented[Path][Method]>
  }
}
