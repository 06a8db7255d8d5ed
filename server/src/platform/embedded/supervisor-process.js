// JavaScript and with what is kept of the sources, as the server's own entry is: 56 instead of 80 MiB. The next start
// knows a living supervisor by how this file's path begins (`state.ts`).
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../../../../node_modules/.cache/compiled', import.meta.url)))
await import('./supervisor.ts')
