import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
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
  /** What came over connections after they had been upgraded: requests about which nobody was asked. */
  tunnelled = ''
  /** Whether it takes requests and ends their connections without a word. */
  isBroken = false
  readonly #server: Server
  readonly #upgraded = new Set<Duplex>()

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
      request.on('end', () => (this.isBroken ? request.socket.destroy() : response.end('{}')))
    })
    // An API that takes an upgrade would, if it saw one.
    this.#server.on('upgrade', (request, socket) => {
      this.seen.push({
        method: request.method ?? '',
        target: request.url ?? '',
        fields: new Map(),
        bodyBytes: 0,
      })
      const protocol = request.headers.upgrade ?? ''
      const key = request.headers['sec-websocket-key'] ?? ''
      const accepted = createHash('sha1')
        .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64')
      this.#upgraded.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => (this.tunnelled += chunk.toString('latin1')))
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${protocol}\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
      )
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
    for (const socket of this.#upgraded) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
