import type { Config } from '#platform/config.ts'
import { systemClock } from '#platform/clock.ts'
import { untilReachable } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { keepAuditOrigin, keepRootKey } from './installation-marks.ts'
import { prepareDatabase } from './prepare-database.ts'
import { startServer } from './process.ts'
import type { RunningServer } from './process.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function introduceDemo(config: Config): Promise<void> {
  const { readDemoSignIns } = await import('#modules/demo/index.ts')
  const signIns = readDemoSignIns(config.dataDir)
  if (signIns.length === 0) return
  say('The demo world is loaded. Sign in as:')
  for (const { name, email, role } of signIns) say(`  ${email.padEnd(34)} ${name}, ${role}`)
  say(`  Passwords and second factors: on the sign-in page, and in ${config.dataDir}/demo.json`)
}

async function prepare(config: Config, installation: Installation): Promise<void> {
  const { admin, roleSecret } = installation
  // A database that starts beside this process may need longer than it does.
  const { applied } = await untilReachable(() => prepareDatabase(admin, { roleSecret }))
  await keepRootKey(installation)
  await keepAuditOrigin(installation, config)
  if (applied.length > 0) say(`Database prepared: ${applied.length} migrations.`)
  if (config.isDemo && installation.isEmbedded) {
    const { loadDemoIfEmpty } = await import('#modules/demo/index.ts')
    await loadDemoIfEmpty({
      admin,
      secretKey: installation.secretKey,
      dataDir: config.dataDir,
      now: systemClock(),
    })
  }
}

async function endWithDatabase(installation: Installation, stop: (status: number) => void): Promise<void> {
  const reason = await installation.ended
  if (reason === undefined) return
  process.stderr.write(`${reason}\n`)
  stop(1)
}

function stopOnSignals(server: RunningServer, installation: Installation): void {
  let isStopping = false
  const stop = (status: number) => {
    if (isStopping) return
    isStopping = true
    server
      .stop()
      .then(() => installation.stop())
      .then(
        () => process.exit(status),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`)
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', () => stop(0))
  process.on('SIGINT', () => stop(0))
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`)
    stop(1)
  })
  void endWithDatabase(installation, stop)
}

/** Prepares the database, listens, and stops cleanly when asked to or when the database ends. */
export async function serve(config: Config, installation: Installation): Promise<void> {
  await prepare(config, installation)
  const server = await startServer(config, installation)
  stopOnSignals(server, installation)
  if (config.isDemo && installation.isEmbedded) await introduceDemo(config)
  say(`Liaison is ready: ${server.url}`)
}
