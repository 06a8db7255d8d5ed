import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOrMakeSecrets } from './root-secrets.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-secrets-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('however many processes start an installation first at once, all go on with the secrets that are kept (R10)', async () => {
  const dataDir = join(folder, 'data')
  const made = await Promise.all(Array.from({ length: 8 }, () => readOrMakeSecrets(dataDir)))
  const kept: unknown = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8'))
  expect(new Set(made.map((secrets) => JSON.stringify(secrets)))).toEqual(new Set([JSON.stringify(kept)]))
  expect(await readOrMakeSecrets(dataDir)).toEqual(kept)
  expect(await readdir(dataDir)).toEqual(['secrets.json'])
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)
})
