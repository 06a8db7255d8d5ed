import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = fileURLToPath(new URL('..', import.meta.url))

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      name: z.string().optional(),
    }),
  ),
})
const Bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
    }),
  ),
})

test('the bill of materials names every package that is installed at run time, and each is locked with its digest (ASVS 15.1.2, 15.2.4)', async () => {
  const { packages } = Lock.parse(JSON.parse(await readFile(`${root}/package-lock.json`, 'utf8')))
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  )
  expect(
    installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
  ).toEqual([])
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(`${root}/package.json`, 'utf8')))
  const [program = '', ...args] = (scripts['sbom'] ?? '').split(' ')
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })
  const { components } = Bill.parse(JSON.parse(stdout))
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  const missing = installed
    .filter(([, { dev }]) => !dev)
    .map(
      ([path, { version, name }]) =>
        `${name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${version ?? ''}`,
    )
    .filter((one) => !listed.has(one))
  expect(missing).toEqual([])
  expect(components.length).toBeGreaterThan(100)
})
