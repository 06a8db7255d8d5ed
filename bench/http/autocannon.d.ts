declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  interface Request {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
  }

  /** One connection of the load. */
  interface Client extends EventEmitter {
    setRequests(requests: readonly Request[]): void
  }

  interface Options {
    readonly url: string
    readonly connections: number
    readonly duration: number
    readonly requests: readonly Request[]
    readonly setupClient: (client: Client) => void
  }

  interface Result {
    readonly errors: number
    readonly timeouts: number
    readonly non2xx: number
  }

  export default function autocannon(options: Options): Promise<Result>
}
