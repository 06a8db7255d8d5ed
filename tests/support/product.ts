import type { ChildProcess } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { z } from 'zod'
import { inject } from 'vitest'
import { systemClock } from '../../server/src/platform/clock.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings, Database } from '../../server/src/platform/database.ts'
import { findEmbeddedPostgres } from '../../server/src/platform/embedded/index.ts'
import { makeClusterFolder } from '../../server/testing/cluster-folder.ts'
import { tellWhenFailed } from './failed-page.ts'
import { makeAnswersLate } from './late-answers.ts'
import { endProcess, spawnProduct } from './product-process.ts'
import { signInByRequest } from './sign-in.ts'
import { leaveToRun } from './shared-products.ts'
import { browserOfWorker, closeAllContexts } from './worker-browser.ts'

const DemoFile = z.object({
  sign_ins: z.array(z.object({ email: z.string(), password: z.string(), totp_secret: z.string() })),
  tenants: z.record(z.string(), z.string()),
  partners: z.record(z.string(), z.string()),
})

const SecretFile = z.object({ role_secret: z.string() })

/** How long a one-time code is the one of now (RFC 6238 section 4.1). */
const STEP_MS = 30_000

/** For how long the next file may go on with a sign-in: well within the time after which a second factor is asked for anew. */
const FRESH_MS = 5 * 60_000

interface Session {
  readonly since: number
  readonly state: Awaited<ReturnType<BrowserContext['storageState']>>
}

let shared: Promise<RunningProduct> | undefined

/** The product as `npm start` runs it: a process of its own, its embedded database, and the demo world. */
export class RunningProduct implements AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly demo: z.output<typeof DemoFile>
  readonly #process: ChildProcess
  readonly #browser: Browser
  /** The step of the clock whose code each person signed in with last. */
  readonly #steps = new Map<string, number>()
  readonly #contexts = new Map<string, Promise<BrowserContext>>()
  /** Who signed in for `openTab` and when, with the cookies of it. */
  readonly #sessions = new Map<string, Session>()
  #isShared = false

  private constructor(parts: {
    url: string
    dataDir: string
    demo: z.output<typeof DemoFile>
    process: ChildProcess
    browser: Browser
  }) {
    this.url = parts.url
    this.dataDir = parts.dataDir
    this.demo = parts.demo
    this.#process = parts.process
    this.#browser = parts.browser
  }

  /** Starts the product on a copy of the demo world that the run made once, or from nothing. */
  static async start(
    from: 'demo' | 'nothing' = 'demo',
    variables: Readonly<Record<string, string>> = {},
  ): Promise<RunningProduct> {
    const dataDir = await makeClusterFolder()
    // In one go, since a copy that lets others work meanwhile needs six times the processor for its thousands of files.
    if (from === 'demo') {
      cpSync(inject('demoWorld'), dataDir, { recursive: true })
      // It keeps the modes of files alone; PostgreSQL starts in no folder that others may open.
      chmodSync(join(dataDir, 'pg'), 0o700)
    }
    const { child, url } = await spawnProduct(dataDir, variables)
    const demo = DemoFile.parse(JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8')))
    return new RunningProduct({ url, dataDir, demo, process: child, browser: await browserOfWorker() })
  }

  /**
   * The product that all files of this worker share which neither need the demo world as it was made nor leave it so that
   * another could not be in it. Each begins with browsers of its own; one that ended is replaced for whoever comes next. It
   * ends with the run.
   */
  static async shared(): Promise<RunningProduct> {
    const known = await shared?.catch(() => undefined)
    if (known && known.#isRunning) return known
    shared = RunningProduct.start().then(async (product) => {
      product.#isShared = true
      await leaveToRun(product.#process, product.dataDir, inject('sharedProducts'))
      return product
    })
    return shared
  }

  get #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** Ends the product, or leaves it to the next file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keepSessions()
    await closeAllContexts(this.#browser)
    if (this.#isShared) return
    await endProcess(this.#process)
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** The administrator's connection to the database of the product. */
  async connection(): Promise<ConnectionSettings> {
    const connection = await findEmbeddedPostgres(this.dataDir)
    if (!connection) throw new Error('The database of the product does not run.')
    return connection
  }

  /** The database of the product with its own logins, as another process of it opens them. */
  async openDatabase(): Promise<Database> {
    const secrets = SecretFile.parse(JSON.parse(await readFile(join(this.dataDir, 'secrets.json'), 'utf8')))
    return openDatabase({
      connection: await this.connection(),
      roleSecret: secrets.role_secret,
      poolSize: 2,
    })
  }

  /** A new tab of somebody who signs in once while the product runs, since a one-time code works once. */
  async openTab(email: string): Promise<Page> {
    const known = this.#contexts.get(email) ?? this.#contextOf(email)
    this.#contexts.set(email, known)
    const page = await (await known).newPage()
    tellWhenFailed(page)
    return page
  }

  /** A browser in which somebody is signed in, since this file or since one before it. */
  async #contextOf(email: string): Promise<BrowserContext> {
    const session = this.#sessions.get(email)
    const now = systemClock().getTime()
    if (session && session.since + FRESH_MS > now) return this.#newContext({ storageState: session.state })
    const { context } = await this.#enter(email)
    this.#sessions.set(email, { since: now, state: await context.storageState() })
    return context
  }

  /** Keeps the cookies as they are now, and nothing else of what a file's pages stored. */
  async #keepSessions(): Promise<void> {
    for (const [email, opened] of this.#isShared ? this.#contexts : []) {
      const context = await opened.catch(() => undefined)
      const { cookies } = (await context?.storageState().catch(() => undefined)) ?? { cookies: [] }
      const since = this.#sessions.get(email)?.since ?? 0
      if (cookies.length > 0) this.#sessions.set(email, { since, state: { cookies, origins: [] } })
      else this.#sessions.delete(email)
    }
    this.#contexts.clear()
  }

  /**
   * A code that nobody signed in with yet: each works once, from half a minute before its own half minute on. Who signs
   * in for the third time within one waits, as a person does.
   */
  async #codeOf({
    email,
    totp_secret: secret,
  }: {
    readonly email: string
    readonly totp_secret: string
  }): Promise<string> {
    const now = systemClock().getTime()
    const step = Math.max(Math.floor(now / STEP_MS), (this.#steps.get(email) ?? 0) + 1)
    this.#steps.set(email, step)
    await delay(Math.max(0, (step - 1) * STEP_MS - now))
    return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: step * STEP_MS })
  }

  /** A browser of its own, signed in with password and one-time code, on the page to which that leads. */
  async signIn(
    email: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ context: BrowserContext; page: Page }> {
    const { context, first } = await this.#enter(email, options)
    const page = await context.newPage()
    await page.goto(new URL(first, this.url).href)
    return { context, page }
  }

  /** A browser of its own, signed in; with it the address to which that leads. */
  async #enter(
    email: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ context: BrowserContext; first: string }> {
    const account = this.demo.sign_ins.find((signIn) => signIn.email === email)
    if (!account) throw new Error(`Nobody in the demo world is ${email}.`)
    const context = await this.#newContext(options)
    const first = await signInByRequest(context.request, this.url, account, () => this.#codeOf(account))
    return { context, first }
  }

  async #newContext(options: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
    context.setDefaultTimeout(15_000)
    await makeAnswersLate(context)
    return context
  }
}
