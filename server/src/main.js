// JavaScript, because what Node makes of the sources is kept: the part of it that reads TypeScript (14 MiB) is then
// loaded by a first start alone, or by one after a change.
import { fileURLToPath } from 'node:url'
import './harden.js'

// One arena, and memory for compiling given back after it: 30 MiB less under load than by glibc's own measure.
const ALLOCATOR = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '16384' }
const NEW_OBJECTS = '--max-semi-space-size'

/** Begins anew in the same process with what holds from its beginning alone. What the operator set stays as it is. */
function settleMemory() {
  // What Node and the allocator are told is no configuration of the server, and nothing of the server is loaded yet.
  // oxlint-disable-next-line liaison/one-environment
  const { env, execArgv, execPath, platform } = process
  if (platform !== 'linux' || process.channel || env.MALLOC_ARENA_MAX !== undefined) return
  const isSet = [...execArgv, env.NODE_OPTIONS ?? ''].some((text) => text.includes(NEW_OBJECTS))
  const flags = isSet ? execArgv : [`${NEW_OBJECTS}=4`, ...execArgv]
  const main = fileURLToPath(import.meta.url)
  process.execve(execPath, [execPath, ...flags, main, ...process.argv.slice(2)], { ...ALLOCATOR, ...env })
}

/** The first import of `node:http` reads these names, and each loads Node's client of HTTP (13 MiB), which nobody here asks for. */
function forgetHttpClient() {
  const http = process.getBuiltinModule('node:http')
  for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent'])
    Object.defineProperty(http, name, { value: undefined })
}

settleMemory()
forgetHttpClient()
await import('./load.js')
await import('./run.ts')
