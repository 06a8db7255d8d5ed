import { ConfigError } from '#platform/config.ts'

/** Where somebody tried to listen, as the error says it. */
interface Place {
  readonly address: unknown
  readonly port: unknown
}

/** What the machine says of a place to listen at, by the code of the fault. */
const PLACE_FAULTS: Readonly<Record<string, (place: Place) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${String(port)} is taken by another program`,
  EACCES: ({ port }) => `Port ${String(port)} is not open to this account`,
  EADDRNOTAVAIL: ({ address }) => `${String(address)} is no address of this machine`,
}

function tellPlace(error: Error): string | null {
  if (!('syscall' in error && error.syscall === 'listen' && 'code' in error)) return null
  const story = PLACE_FAULTS[String(error.code)]?.({
    address: 'address' in error ? error.address : null,
    port: 'port' in error ? error.port : null,
  })
  return story === undefined
    ? null
    : `${story}. PORT and HOST say where pages and the API are served, METRICS_PORT and METRICS_HOST where the metrics are.`
}

/** Why a start ended: a sentence for what an operator can change, the stack of anything else. */
export function tellWhyNotStarted(error: unknown): string {
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${error.message}`
  if (!(error instanceof Error)) return String(error)
  return tellPlace(error) ?? error.stack ?? error.message
}
