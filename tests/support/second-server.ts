import type { LightMyRequestResponse } from 'fastify'
import { buildAppWith } from '../../server/src/app.ts'
import type { App, AppOptions } from '../../server/src/app.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { Database } from '../../server/src/platform/database.ts'
import type { Route } from '../../server/src/platform/route.ts'
import type { Services } from '../../server/src/platform/services.ts'
import { TEST_ACQUIRE_TIMEOUT_MS, testRoleSecret } from '../../server/testing/database.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import type { Caller, CallOptions } from '../../server/testing/world.ts'

/** A further server over the database of a world, as a second process would be. */
export class SecondServer implements AsyncDisposable {
  readonly app: App
  readonly database: Database

  private constructor(app: App, database: Database) {
    this.app = app
    this.database = database
  }

  static async start(
    world: TestWorld,
    makeRoutes: (services: Services) => readonly Route[],
    options: Partial<AppOptions> = {},
  ): Promise<SecondServer> {
    const database = openDatabase({
      connection: world.connection,
      roleSecret: testRoleSecret(),
      poolSize: 4,
      acquireTimeoutMs: TEST_ACQUIRE_TIMEOUT_MS,
    })
    const app = await buildAppWith(
      { database, secretKey: TEST_SECRET_KEY, publicOrigin: () => TEST_ORIGIN, ...options },
      makeRoutes,
    )
    return new SecondServer(app, database)
  }

  /** Calls it as somebody of the world. */
  send(
    caller: Caller | null,
    method: 'GET' | 'POST',
    path: string,
    options: CallOptions = {},
  ): Promise<LightMyRequestResponse> {
    // The world's way to call works on any app.
    return TestWorld.prototype.call.call({ app: this.app } as TestWorld, caller, method, path, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close()
    await this.database.close()
  }
}
