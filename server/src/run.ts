import { readConfig } from '#platform/config.ts'
import { openInstallation } from '#platform/installation.ts'
import { tellWhyNotStarted } from './why-not-started.ts'

async function start(): Promise<void> {
  const config = readConfig()
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
