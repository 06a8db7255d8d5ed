import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeId } from '@liaison/access'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import { TEST_ACQUIRE_TIMEOUT_MS, testRoleSecret } from '../../server/testing/database.ts'
import { findFreePorts, listenOnLoopback } from '../../server/testing/ports.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY } from '../../server/testing/world.ts'
import type { Caller, TestWorld } from '../../server/testing/world.ts'

/** An answer of one of the processes, read whole. */
export interface Heard {
  readonly status: number
  readonly text: string
  readonly body: Record<string, unknown>
}

/** A mail server that takes everything and keeps the subjects, each as often as it came. */
async function startMailServer(subjects: string[]): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220 mail.example ESMTP\r\n')
    let data: string | null = null
    socket.setEncoding('utf8').on('data', (text: string) => {
      if (data !== null) {
        data += text
        if (!data.endsWith('\r\n.\r\n')) return
        subjects.push(/^Subject: (.*)\r$/m.exec(data)?.[1] ?? '')
        data = null
        socket.write('250 kept\r\n')
      } else if (text.startsWith('DATA')) {
        data = ''
        socket.write('354 go on\r\n')
      } else if (text.startsWith('QUIT')) socket.end('221 bye\r\n')
      else socket.write(text.startsWith('EHLO') ? '250 mail.example\r\n' : '250 ok\r\n')
    })
  })
  return { server, port: await listenOnLoopback(server) }
}

/** Where a world's database is, as a server is told. */
export function databaseUrl({ connection }: Pick<TestWorld, 'connection'>): string {
  const { host, port, user, password, database } = connection
  const url = new URL(`postgres://localhost:${port}/${database}`)
  url.username = user
  url.password = password
  url.searchParams.set('host', host)
  return url.href
}

/** Three processes of the product over the database of a world, as they stand behind a balancer, with their real limits. */
export class ThreeProcesses implements AsyncDisposable {
  readonly servers: readonly ServerProcess[]
  /** The subjects of the mails that left the product, each as often as it left. */
  readonly mails: string[]
  readonly #mailServer: Server
  readonly #folder: string
  readonly #ports: readonly number[]

  private constructor(
    servers: readonly ServerProcess[],
    parts: { mails: string[]; mailServer: Server; folder: string; ports: readonly number[] },
  ) {
    this.servers = servers
    this.mails = parts.mails
    this.#mailServer = parts.mailServer
    this.#folder = parts.folder
    this.#ports = parts.ports
  }

  /** `variables` is what their environment says besides. */
  static async start(
    world: TestWorld,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ThreeProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-three-'))
    const mails: string[] = []
    const { server: mailServer, port: mailPort } = await startMailServer(mails)
    const environment = {
      PORT: '0',
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      PUBLIC_ORIGIN: TEST_ORIGIN,
      DATABASE_URL: databaseUrl(world),
      DATABASE_ROLE_SECRET: testRoleSecret(),
      LIAISON_SECRET_KEY: TEST_SECRET_KEY,
      LIAISON_DATA_DIR: folder,
      TRUSTED_PROXIES: '127.0.0.1',
      SMTP_URL: `smtp://127.0.0.1:${mailPort}?ignoreTLS=true`,
      LOG_LEVEL: 'silent',
      POOL_WAIT_MS: String(TEST_ACQUIRE_TIMEOUT_MS),
      ...variables,
    }
    // What the processes call themselves is the address that all share, so they cannot say where they listen.
    const ports = await findFreePorts(3)
    const servers: ServerProcess[] = []
    for (const port of ports) servers.push(await startServerProcess({ ...environment, PORT: String(port) }))
    return new ThreeProcesses(servers, { mails, mailServer, folder, ports })
  }

  /** Calls one of them as somebody of the world. */
  async call(
    index: number,
    caller: Caller,
    request: {
      readonly method?: string
      readonly path: string
      readonly body?: unknown
      readonly key?: string
      /** The address that the request comes from, as a balancer tells it. */
      readonly ip?: string
    },
  ): Promise<Heard> {
    const { method = 'GET', path, body, key, ip } = request
    const response = await fetch(`http://127.0.0.1:${this.#ports[index % 3]}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        cookie: caller.cookie ?? '',
        origin: TEST_ORIGIN,
        ...(caller.tenantId && { 'x-active-tenant-id': encodeId('tenant', caller.tenantId) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(ip !== undefined && { 'x-forwarded-for': ip }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, text, body: isJson ? JSON.parse(text) : {} }
  }

  /** Asks all three at the same moment. */
  async all(caller: Caller, path: string): Promise<number[]> {
    const answers = await Promise.all([0, 1, 2].map((index) => this.call(index, caller, { path })))
    return answers.map(({ status }) => status)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()))
    this.#mailServer.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
