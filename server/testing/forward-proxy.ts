import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'

/** A forward proxy on a port of this machine that leads every name to one receiver, and refuses names that say so. */
export class ForwardProxy implements AsyncDisposable {
  /** What it was asked to connect to. */
  readonly asked: string[] = []
  readonly #server: Server

  private constructor(receiverPort: number) {
    this.#server = createServer()
    this.#server.on('connect', (request, socket) => {
      const target = request.url ?? ''
      this.asked.push(target)
      if (target.startsWith('refused.')) {
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
        return
      }
      const inner = connect(receiverPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        inner.pipe(socket)
        socket.pipe(inner)
      })
      socket.on('error', () => inner.destroy())
      inner.on('error', () => socket.destroy())
    })
  }

  static async start(receiverPort: number): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(receiverPort)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.')
    return `http://127.0.0.1:${address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
