import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePdfSealer } from './sealed-pdf.ts'
import { makePdfWriter } from './table-file/pdf.ts'
import { makeVault } from './credentials/vault.ts'

const run = promisify(execFile)
const vault = makeVault('a key for tests that protects nothing at all')
const AT = new Date('2026-11-22T18:00:00Z')

const NAMES = ['Zażółć gęślą jaźń', 'Łukasz', 'Βασίλης', 'Дмитрий']

/** A file as statements are: some of its letters come with it. */
async function drawPage(): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const facts = {
    title: 'Statement',
    about: [],
    columns: [{ key: 'name', label: 'Name', type: 'text', width: 1 }] as const,
    hasByteOrderMark: false,
    createdAt: AT,
  }
  const writer = makePdfWriter(facts, (bytes) => void parts.push(Buffer.from(bytes)))
  await writer.write(NAMES.map((name) => [name]))
  await writer.end()
  return Buffer.concat(parts)
}

let folder: string
let canCheck = false
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-seal-'))
  canCheck = await run('pdfsig', ['-v']).then(
    () => true,
    () => false,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What an independent checker says about a file. */
async function check(pdf: Uint8Array): Promise<string> {
  const path = join(folder, 'sealed.pdf')
  await writeFile(path, pdf)
  const { stdout } = await run('pdfsig', ['-nocert', path])
  return stdout
}

const LOUDLY = 'pdfsig (poppler-utils) is not installed: nobody independent checked the seal in this run'

describe.each([
  ['the installation’s own key', async () => makePdfSealer(vault)],
  [
    'a configured certificate',
    async () =>
      makePdfSealer(vault, {
        p12: await readFile(new URL('../../testing/pdf-seal.p12', import.meta.url)),
        passphrase: 'only for tests',
      }),
  ],
])('a file that is sealed with %s', (_, makeSealer) => {
  test('is valid for an independent checker, holds names in every European script, and one changed byte is noticed (D4)', async (context) => {
    if (!canCheck) return context.skip(LOUDLY)
    const sealed = await (await makeSealer()).seal(await drawPage(), { reason: 'For a test', at: AT })
    const said = await check(sealed)
    expect(said).toContain('Signature is Valid')
    expect(said).toContain('Total document signed')
    const { stdout: words } = await run('pdftotext', [join(folder, 'sealed.pdf'), '-'])
    for (const name of NAMES) expect(words).toContain(name)
    const flipped = Uint8Array.from(sealed)
    flipped[300] = (flipped[300] ?? 0) ^ 1
    expect(await check(flipped)).toContain('Digest Mismatch')
  })
})

test('a seal names its reason and the time of the platform’s clock (D4)', async () => {
  const sealed = await makePdfSealer(vault).seal(await drawPage(), { reason: 'For a test', at: AT })
  const plain = Buffer.from(sealed).toString('latin1')
  expect(plain).toContain('For a test')
  expect(plain).toContain('20261122180000')
})

test('a wrong passphrase refuses to seal (D4)', async () => {
  const p12 = await readFile(new URL('../../testing/pdf-seal.p12', import.meta.url))
  const sealer = makePdfSealer(vault, { p12, passphrase: 'wrong' })
  await expect(sealer.seal(await drawPage(), { reason: 'x', at: AT })).rejects.toThrow(/./)
})
