import { readConfig, warnOfUnknown } from '#platform/config.ts'
import { refuseUnservable, warnOfUnsent } from '#platform/config/serving.ts'
import { requireDataFolder } from '#platform/data-folder.ts'
import { openInstallation } from '#platform/installation.ts'
import { refuseTakenPlaces } from './taken-places.ts'
import { tellWhyNotStarted } from './why-not-started.ts'

async function start(): Promise<void> {
  // Before what is missing is told: a mistyped name is why it is.
  for (const warning of warnOfUnknown()) process.stderr.write(`${warning}\n`)
  const config = readConfig()
  refuseUnservable(config)
  for (const warning of warnOfUnsent(config)) process.stderr.write(`${warning}\n`)
  await requireDataFolder(config.dataDir)
  await refuseTakenPlaces([
    { port: config.port, host: config.host },
    { port: config.metricsPort, host: config.metricsHost },
  ])
  // The program is loaded while the database starts, in processes of its own: each takes about as long as the other.
  const load = () => import('./serve.ts')
  const installation = await openInstallation(config, { meanwhile: () => void load().catch(() => undefined) })
  try {
    const { serve } = await load()
    await serve(config, installation)
  } catch (error) {
    await installation.stop().catch(() => undefined)
    throw error
  }
}

try {
  await start()
} catch (error) {
  process.stderr.write(`${tellWhyNotStarted(error)}\n`)
  process.exit(1)
}
