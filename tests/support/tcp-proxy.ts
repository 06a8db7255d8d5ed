import { once } from 'node:events'
import { createConnection, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { listenOnLoopback } from '../../server/testing/ports.ts'

/**
 * What the proxy does with a connection: pass bytes on, pass them on late, pass what is sent and hold every answer until
 * another mode is set, keep bytes to itself while it goes on taking connections, cut every connection, or take none.
 */
export type ProxyMode = 'pass' | 'slow' | 'late' | 'black hole' | 'reset' | 'down'

/** Where the other end listens: a path of a unix socket, or a port of this machine. */
export type Upstream = { readonly path: string } | { readonly port: number }

const SLOW_MS = 30

/** A TCP proxy that breaks a connection in the ways in which networks do. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #mode: ProxyMode = 'pass'
  #held: (() => void)[] = []
  #upstream: Upstream
  /** Connections that were taken and chunks of bytes that were not passed on at once. */
  readonly injected = { connections: 0, swallowed: 0, delayed: 0, cut: 0 }

  private constructor(server: Server, port: number, upstream: Upstream) {
    this.#server = server
    this.port = port
    this.#upstream = upstream
    server.on('connection', (near: Socket) => this.#join(near, createConnection({ ...this.#upstream })))
  }

  static async start(upstream: Upstream): Promise<TcpProxy> {
    const server = createServer()
    return new TcpProxy(server, await listenOnLoopback(server), upstream)
  }

  get mode(): ProxyMode {
    return this.#mode
  }

  /** Changes what happens from the next byte on. What a black hole has swallowed never comes. */
  set(mode: ProxyMode): void {
    this.#mode = mode
    const held = this.#held
    this.#held = []
    if (mode === 'pass' || mode === 'slow') for (const passOn of held) passOn()
    if (mode === 'reset' || mode === 'down') this.#cutAll()
  }

  /** Sends every further connection elsewhere and cuts those that stand, as a balancer does whose server went down. */
  pointTo(upstream: Upstream): void {
    this.#upstream = upstream
    this.#cutAll()
  }

  #cutAll(): void {
    for (const [near, far] of this.#pairs) {
      this.injected.cut += 1
      near.resetAndDestroy()
      far.destroy()
    }
  }

  #join(near: Socket, far: Socket): void {
    this.injected.connections += 1
    const pair = [near, far] as const
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    if (this.#mode === 'reset' || this.#mode === 'down') {
      this.injected.cut += 1
      near.resetAndDestroy()
      return
    }
    near.on('data', (chunk) => this.#pass(chunk, far))
    far.on('data', (chunk) => {
      if (this.#mode !== 'late') return this.#pass(chunk, near)
      this.injected.delayed += 1
      this.#held.push(() => near.writable && near.write(chunk))
    })
  }

  #pass(chunk: Buffer, to: Socket): void {
    if (this.#mode === 'black hole') this.injected.swallowed += 1
    else if (this.#mode === 'slow') {
      this.injected.delayed += 1
      setTimeout(() => to.write(chunk), SLOW_MS)
    } else to.write(chunk)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cutAll()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
