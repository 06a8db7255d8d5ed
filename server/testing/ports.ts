import { createServer } from 'node:net'
import type { Server } from 'node:net'

/** Below the ports that Linux (32768), macOS and Windows (49152) hand out by themselves to whoever asks for any. */
const FIRST_PORT = 20_000
const PORTS = 10_000
const ATTEMPTS = 200

/** Listens on a free port of the loopback interface, and returns it. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return portOf(server)
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.')
  return address.port
}

/** Ports that this process has given away; whoever got one may not listen there yet. */
const given = new Set<number>()

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

/**
 * A port for a program that cannot choose one by itself, on which it will listen a moment later. A port that the system hands
 * out could go to anybody meanwhile, even to a connection that leaves this machine; of these the system gives none away. A preferred one, such as a document tells of, is taken when nobody has it.
 */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error('No free loopback port.')
}

/** As many different ports as are asked for, as above. */
export async function findFreePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await findFreePort())
  return ports
}
