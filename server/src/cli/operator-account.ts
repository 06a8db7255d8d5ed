import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Operator } from '#platform/operator.ts'

function readAccountName(): string {
  try {
    return userInfo().username
  } catch {
    // An account without a name, as in some containers.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

/** A version 8 UUID (RFC 9562) of the account, so that the same operator has the same id. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`liaison operator ${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The account that runs the command, as the audit log will name it. */
export function readOperator(): Operator {
  const name = `${readAccountName()}@${hostname()}`
  return { id: idOf(name), name }
}
