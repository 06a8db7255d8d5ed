import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// In a process of its own: what builds would stay in the memory of what serves.
const build = fileURLToPath(new URL('./portal-build.ts', import.meta.url))
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' })
if (status !== 0) process.exit(1)

await import(new URL('../server/src/main.js', import.meta.url).href)
