import type { LightMyRequestResponse } from 'fastify'
import { makeSupportRoutes } from '../../server/src/modules/support/index.ts'
import { buildAppWith } from '../../server/src/app.ts'
import type { App, AppOptions } from '../../server/src/app.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings, Database } from '../../server/src/platform/database.ts'
import { serveHealth } from '../../server/src/platform/health.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import type { Caller } from '../../server/testing/world.ts'
import { TcpProxy } from './tcp-proxy.ts'

export const TICKETS = '/api/v1/partner/support/tickets'
/** Short, so that a test of waiting does not wait long. */
const DEADLINE_MS = 800
const SILENCE_MS = 1000
const POOL_SIZE = 4

/** A server whose database is at the other end of a network that a test may break. */
export class DistantServer implements AsyncDisposable {
  readonly proxy: TcpProxy
  readonly app: App
  readonly #database: Database

  private constructor(proxy: TcpProxy, app: App, database: Database) {
    this.proxy = proxy
    this.app = app
    this.#database = database
  }

  static async start(
    connection: ConnectionSettings,
    options: Partial<AppOptions> & { readonly roleSecret?: string } = {},
  ): Promise<DistantServer> {
    const proxy = await TcpProxy.start({ path: `${connection.host}/.s.PGSQL.${connection.port}` })
    const database = openDatabase({
      connection: { ...connection, host: '127.0.0.1', port: proxy.port },
      roleSecret: options.roleSecret ?? testRoleSecret(),
      poolSize: POOL_SIZE,
      silenceMs: SILENCE_MS,
    })
    const app = await buildAppWith(
      {
        database,
        secretKey: TEST_SECRET_KEY,
        publicOrigin: () => TEST_ORIGIN,
        limitScale: 1000,
        requestDeadlineMs: DEADLINE_MS,
        ...options,
      },
      makeSupportRoutes,
    )
    serveHealth(app.http, {
      database,
      sealerLag: () => ({ stalledSeconds: 0 }),
      isStopping: () => false,
      hasSchema: () => Promise.resolve(true),
    })
    return new DistantServer(proxy, app, database)
  }

  /** Calls it as somebody of the world. */
  send(
    caller: Caller | null,
    method: 'GET' | 'POST',
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<LightMyRequestResponse> {
    // The world's way to call works on any app.
    return TestWorld.prototype.call.call({ app: this.app } as TestWorld, caller, method, path, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy.set('pass')
    await this.app.close()
    await this.#database.close()
    await this.proxy[Symbol.asyncDispose]()
  }
}
