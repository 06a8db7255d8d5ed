import type { pending } from './contract.ts'
import type { paths as documented } from './generated/api.ts'

type WithoutHeaders<Operation> = Operation extends { parameters: infer Parameters }
  ? Omit<Operation, 'parameters'> & { parameters: Omit<Parameters, 'header'> & { header?: never } }
  : Operation

type Documented = {
  [Path in keyof documented as Path extends `/api/v1${infer Rest}` ? Rest : never]: {
    [Method in keyof documented[Path]]: WithoutHeaders<documented[Path][Method]>
  }
}

/**
 * Every operation below `/api/v1`. Headers are left out of the types: the client sets the tenant itself, and
 * `If-Match` and `Idempotency-Key` are given as plain headers where they are needed.
 */
export type paths = Documented & pending
