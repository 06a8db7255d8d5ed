import { createServer, request as sendOn } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { listenOnLoopback, portOf } from '../../../server/testing/ports.ts'

/**
 * How the decision point behaves: as it is; `sparse`, saying yes without a single field; slow; or broken in a way. The
 * tests of a gateway point it here, so that the decision point can fail without being stopped.
 */
export type Mood = 'real' | 'sparse' | 'slow' | 'error' | 'redirect' | 'nonsense' | 'down'

const SLOW_MS = 4000

/** What the decision point was asked. */
export interface AskedFields {
  readonly fields: ReadonlyMap<string, readonly string[]>
  bodyBytes: number
}

/** The way from a gateway to the real decision point. */
export class DecisionPointDoor implements AsyncDisposable {
  mood: Mood = 'real'
  readonly asked: AskedFields[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(realPort: number) {
    this.#server = createServer((request, response) => this.#answer(request, response, realPort))
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      if (this.mood === 'down') socket.destroy()
    })
  }

  static async start(realPort: number): Promise<DecisionPointDoor> {
    const door = new DecisionPointDoor(realPort)
    await listenOnLoopback(door.#server)
    return door
  }

  get port(): number {
    return portOf(this.#server)
  }

  #note(request: IncomingMessage): void {
    const fields = new Map<string, readonly string[]>()
    for (let index = 0; index < request.rawHeaders.length; index += 2) {
      const name = (request.rawHeaders[index] ?? '').toLowerCase()
      fields.set(name, [...(fields.get(name) ?? []), request.rawHeaders[index + 1] ?? ''])
    }
    const asked: AskedFields = { fields, bodyBytes: 0 }
    this.asked.push(asked)
    request.on('data', (chunk: Buffer) => {
      asked.bodyBytes += chunk.length
    })
  }

  #answer(request: IncomingMessage, response: ServerResponse, realPort: number): void {
    this.#note(request)
    if (this.mood === 'down') request.socket.destroy()
    else if (this.mood === 'sparse') response.writeHead(200).end()
    else if (this.mood === 'error') response.writeHead(500).end('{}')
    else if (this.mood === 'redirect') response.writeHead(302, { Location: '/elsewhere' }).end()
    else if (this.mood === 'nonsense') request.socket.end('this is no HTTP\r\n\r\n')
    else if (this.mood === 'slow')
      setTimeout(() => this.#passOn(request, response, realPort), SLOW_MS).unref()
    else this.#passOn(request, response, realPort)
  }

  #passOn(request: IncomingMessage, response: ServerResponse, realPort: number): void {
    const { method, url, rawHeaders } = request
    const onward = sendOn(
      { host: '127.0.0.1', port: realPort, method, path: url, headers: rawHeaders },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    onward.end()
  }

  /** Ends every connection, as a stopped process would; `down` then refuses the next ones. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
