import { once } from 'node:events'
import { createServer } from 'node:net'

/** Where the process is to listen; port 0 is any that is free. */
interface Place {
  readonly port: number
  readonly host: string
}

/**
 * Throws what listening there would, before a database is opened and work is begun that would only be ended again. A
 * program that takes the place in between is told when the server listens.
 */
export async function refuseTakenPlaces(places: readonly Place[]): Promise<void> {
  for (const { port, host } of places) {
    if (port === 0) continue
    const server = createServer()
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  }
}
