import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// What Node makes of the sources is kept beside the installed packages, where nobody writes who could not change the
// program itself; where it cannot be written, nothing is kept. It spares a start half of the time that loading takes.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)))
await import('./run.ts')
