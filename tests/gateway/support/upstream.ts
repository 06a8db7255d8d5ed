import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { listenOnLoopback, portOf } from '../../../server/testing/ports.ts'

/** One request as the API behind a gateway got it. */
export interface SeenRequest {
  readonly method: string
  readonly target: string
  /** Every value of every field, by name in lower case; underscores are told from hyphens. */
  readonly fields: ReadonlyMap<string, readonly string[]>
  bodyBytes: number
}

/** An API that answers everything and remembers what it got. */
export class Upstream implements AsyncDisposable {
  readonly seen: SeenRequest[] = []
  readonly #server: Server

  private constructor(keys: object) {
    this.#server = createServer((request, response) => {
      if (request.url === '/test-keys') {
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(keys))
        return
      }
      const fields = new Map<string, readonly string[]>()
      for (let index = 0; index < request.rawHeaders.length; index += 2) {
        const name = (request.rawHeaders[index] ?? '').toLowerCase()
        fields.set(name, [...(fields.get(name) ?? []), request.rawHeaders[index + 1] ?? ''])
      }
      const seen: SeenRequest = {
        method: request.method ?? '',
        target: request.url ?? '',
        fields,
        bodyBytes: 0,
      }
      this.seen.push(seen)
      request.on('data', (chunk: Buffer) => {
        seen.bodyBytes += chunk.length
      })
      request.on('error', () => undefined)
      request.on('end', () => response.end('{}'))
    })
    // An API that takes an upgrade would, if it saw one.
    this.#server.on('upgrade', (request, socket) => {
      this.seen.push({
        method: request.method ?? '',
        target: request.url ?? '',
        fields: new Map(),
        bodyBytes: 0,
      })
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
  }

  /** `keys` are served beside, as the authorization server of the tests would. */
  static async start(keys: object): Promise<Upstream> {
    const upstream = new Upstream(keys)
    await listenOnLoopback(upstream.#server)
    return upstream
  }

  get port(): number {
    return portOf(this.#server)
  }

  get last(): SeenRequest | undefined {
    return this.seen.at(-1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
