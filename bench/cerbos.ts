import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../server/testing/ports.ts'

const PACKAGE = '@cerbos/cerbos-linux-x64'
const READY_TRIES = 100
const READY_PAUSE_MS = 100

/** A Cerbos on loopback that answers over HTTP. */
export interface Cerbos extends AsyncDisposable {
  readonly port: number
}

/** Where Cerbos is: `CERBOS_BINARY`, else its npm package when somebody installed that; undefined without it. */
export function findCerbos(): string | undefined {
  const named = process.env['CERBOS_BINARY']
  if (named !== undefined) return existsSync(named) ? named : undefined
  try {
    return createRequire(import.meta.url).resolve(PACKAGE)
  } catch {
    return undefined
  }
}

/** What the decision point decides after it has looked everything up: action, account and end of the delegation. */
const POLICY = {
  apiVersion: 'api.cerbos.dev/v1',
  resourcePolicy: {
    version: 'default',
    resource: 'account',
    rules: [
      {
        actions: ['*'],
        effect: 'EFFECT_ALLOW',
        roles: ['client'],
        condition: {
          match: {
            all: {
              of: [
                { expr: 'P.attr.now < P.attr.ends_at' },
                { expr: 'R.id in P.attr.accounts' },
                { expr: 'R.attr.action in P.attr.actions' },
              ],
            },
          },
        },
      },
    ],
  },
}

/** A check that Cerbos allows: what it would be told once token, proof and delegation were looked at elsewhere. */
export const CERBOS_CHECK = JSON.stringify({
  requestId: 'bench',
  principal: {
    id: 'cli_1',
    roles: ['client'],
    attr: {
      now: 1,
      ends_at: 2,
      accounts: ['BAN-1001'],
      actions: ['order.read', 'order.create', 'service.read'],
    },
  },
  resources: [
    {
      resource: { kind: 'account', id: 'BAN-1001', attr: { action: 'order.read' } },
      actions: ['order.read'],
    },
  ],
})

async function waitUntilReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < READY_TRIES; attempt += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/_cerbos/health`).catch(() => null)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS))
  }
  throw new Error('Cerbos did not become ready.')
}

/** Starts Cerbos with the policy on a free port. It records nothing and phones nobody. */
export async function startCerbos(binary: string): Promise<Cerbos> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-cerbos-'))
  const policies = join(folder, 'policies')
  await mkdir(policies)
  await writeFile(join(policies, 'account.json'), JSON.stringify(POLICY))
  const [port, other] = [await findFreePort(), await findFreePort()]
  const settings = {
    server: { httpListenAddr: `127.0.0.1:${port}`, grpcListenAddr: `127.0.0.1:${other}` },
    storage: { driver: 'disk', disk: { directory: policies, watchForChanges: false } },
    telemetry: { disabled: true },
    audit: { enabled: false },
  }
  const config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify(settings))
  const child = spawn(binary, ['server', `--config=${config}`, '--log-level=error'], { stdio: 'ignore' })
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitUntilReady(port)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, [Symbol.asyncDispose]: stop }
}
