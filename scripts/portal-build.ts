import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const portal = join(root, 'portal')
/** Within what it speaks of, so that no other build can be taken for it. */
const stamp = join(portal, 'dist/.built-from')

/** Everything that decides what the built portal contains. */
const SOURCES = [
  'portal/{src,public}/**/*',
  'portal/*.{html,json,ts}',
  '{access,sdk}/src/**/*',
  '{access,sdk}/package.json',
  'tsconfig.base.json',
  'package-lock.json',
  'scripts/portal-build.ts',
]

async function hashSources(): Promise<string> {
  const hash = createHash('sha256')
  const paths: string[] = []
  for await (const entry of glob(SOURCES, { cwd: root, withFileTypes: true })) {
    if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name)) paths.push(join(entry.parentPath, entry.name))
  }
  for (const path of paths.toSorted()) {
    const content = await readFile(path)
    hash.update(`${path.slice(root.length)} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** Writes beside each built file what a browser is sent instead of it, so that no server compresses anything. */
async function compressBuilt(): Promise<void> {
  for await (const entry of glob('**/*.{html,js,css,svg}', {
    cwd: join(portal, 'dist'),
    withFileTypes: true,
  })) {
    const path = join(entry.parentPath, entry.name)
    const content = await readFile(path)
    await writeFile(`${path}.br`, brotliCompressSync(content))
    await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }))
  }
}

async function readStamp(): Promise<string | undefined> {
  const isBuilt = existsSync(join(portal, 'dist/index.html')) && existsSync(stamp)
  return isBuilt ? readFile(stamp, 'utf8') : undefined
}

/**
 * Builds the portal into `portal/dist` unless the built one is of these very sources.
 * Returns whether it built; refuses when the build fails.
 */
async function ensurePortal(): Promise<boolean> {
  const wanted = await hashSources()
  if ((await readStamp()) === wanted) return false
  // Whoever asks, a test included, gets what people get: the libraries' own checks are left out.
  process.env['NODE_ENV'] = 'production'
  const { build } = await import('vite')
  await build({ root: portal, logLevel: 'error' })
  await compressBuilt()
  await writeFile(stamp, wanted)
  return true
}

try {
  if (await ensurePortal()) console.log('Built the portal.')
} catch (error) {
  console.error(`The portal could not be built. ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
