import { ConfigError, readConfig } from '#platform/config.ts'
import { openInstallation } from '#platform/installation.ts'

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
  const story =
    error instanceof ConfigError
      ? `The configuration cannot be used:\n${error.message}`
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`${story}\n`)
  process.exit(1)
}
