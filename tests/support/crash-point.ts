import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { listenOnLoopback } from '../../server/testing/ports.ts'
import type { Upstream } from './tcp-proxy.ts'

/** When the power is cut: after some of the transaction was answered, or when the commit is done and the server does not know it. */
export type Moment = 'in the middle of it' | 'once it has committed'

/** What PostgreSQL answers to a commit (CommandComplete, Frontend/Backend Protocol). */
const COMMITTED = Buffer.from('COMMIT\0')

interface Armed {
  readonly word: string
  readonly moment: Moment
  readonly strike: () => void
}

/** Stands between a server and its database, and strikes at one moment of the one transaction that names a word. */
export class CrashPoint implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #armed: Armed | null = null

  private constructor(server: Server, port: number, upstream: Upstream) {
    this.#server = server
    this.port = port
    server.on('connection', (near: Socket) => this.#join(near, createConnection({ ...upstream })))
  }

  static async start(upstream: Upstream): Promise<CrashPoint> {
    const server = createServer()
    return new CrashPoint(server, await listenOnLoopback(server), upstream)
  }

  /** Calls `strike` once, at that moment of the next transaction whose values hold the word; its answer is never passed on. */
  arm(armed: Armed): void {
    this.#armed = armed
  }

  #join(near: Socket, far: Socket): void {
    let isMeant = false
    let isStruck = false
    let tail = Buffer.alloc(0)
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      const end = () => {
        this.#sockets.delete(socket)
        near.destroy()
        far.destroy()
      }
      socket.on('error', end).on('close', end)
    }
    near.on('data', (chunk) => {
      isMeant ||= this.#armed !== null && chunk.includes(this.#armed.word)
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (isStruck) return
      const told = Buffer.concat([tail, chunk])
      tail = told.subarray(1 - COMMITTED.length)
      const moment: Moment = told.includes(COMMITTED) ? 'once it has committed' : 'in the middle of it'
      const armed = this.#armed
      if (!isMeant || armed?.moment !== moment) {
        near.write(chunk)
        return
      }
      this.#armed = null
      // Held back, not cut: of a cut connection the server would tell its caller before it is ended.
      isStruck = true
      armed.strike()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
