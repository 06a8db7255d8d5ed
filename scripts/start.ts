import { ensurePortal } from './portal-build.ts'

try {
  if (await ensurePortal()) console.log('Built the portal.')
} catch (error) {
  console.error(`The portal could not be built. ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}

await import('../server/src/main.ts')
