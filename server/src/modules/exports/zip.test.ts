import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ZipWriter } from '#platform/table-file/zip.ts'

interface File {
  readonly name: string
  readonly parts: readonly string[]
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'liaison-zip-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function pack(files: readonly File[]): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const zip = new ZipWriter((bytes) => void parts.push(Buffer.from(bytes)))
  for (const { name, parts: texts } of files) {
    zip.begin(name)
    for (const text of texts) await zip.add(text)
    await zip.close()
  }
  zip.end()
  return Buffer.concat(parts)
}

/** Each file of an archive by its directory; throws when sizes, the checksum or a local header say something else. */
function read(archive: Buffer): [name: string, text: string][] {
  const end = archive.length - 22
  expect(archive.readUInt32LE(end)).toBe(0x0605_4b50)
  const files: [string, string][] = []
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    expect(archive.readUInt32LE(at)).toBe(0x0201_4b50)
    const offset = archive.readUInt32LE(at + 42)
    const [packedBytes, nameBytes] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)]
    const name = archive.subarray(at + 46, at + 46 + nameBytes)
    expect(archive.readUInt32LE(offset)).toBe(0x0403_4b50)
    expect(archive.subarray(offset + 30, offset + 30 + archive.readUInt16LE(offset + 26))).toEqual(name)
    const start = offset + 30 + nameBytes
    const bytes = inflateRawSync(archive.subarray(start, start + packedBytes))
    expect(bytes.length).toBe(archive.readUInt32LE(at + 24))
    expect(crc32(bytes)).toBe(archive.readUInt32LE(at + 16))
    expect(archive.readUInt32LE(start + packedBytes)).toBe(0x0807_4b50)
    files.push([name.toString(), bytes.toString()])
    at += 46 + nameBytes
  }
  expect(at).toBe(end)
  return files
}

const UNZIP = '/usr/bin/unzip'

/** Whether Info-ZIP takes every file of an archive for whole; it reads the bytes by itself. Throws with what it says. */
function testByUnzip(archive: Buffer): string {
  const path = join(folder, 'archive.zip')
  writeFileSync(path, archive)
  return execFileSync(UNZIP, ['-t', path], { encoding: 'utf8' })
}

const text = fc.string({ unit: 'grapheme', maxLength: 2000 })
// Names as our files have them and worse: other scripts, blanks, several folders. Info-ZIP takes wildcards and leading dashes of names for something else.
const name = fc
  .array(fc.stringMatching(/^[A-Za-z0-9 äß東京_.-]{1,12}$/), { minLength: 1, maxLength: 4 })
  .map((words) => `x${words.join('/x')}`)
const files = fc.uniqueArray(fc.record({ name, parts: fc.array(text, { maxLength: 5 }) }), {
  selector: (file) => file.name,
  maxLength: 6,
})

test('an archive of any names and contents is read back to the byte by its directory, with every checksum (B6)', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (wanted) => {
      const found = read(await pack(wanted))
      expect(found).toEqual(wanted.map((file) => [file.name, file.parts.join('').toWellFormed()]))
    }),
    { numRuns: 100 },
  )
})

test('large parts, incompressible and repeated, come back whole (B6)', async () => {
  const noise = Array.from({ length: 60_000 }, (_, index) => crc32(String(index)).toString(36)).join('')
  const wanted = [
    { name: 'noise.csv', parts: [noise, noise] },
    { name: 'same.csv', parts: Array.from({ length: 50 }, () => 'a,b,c\r\n'.repeat(2000)) },
    { name: 'empty.csv', parts: [] },
  ]
  expect(read(await pack(wanted))).toEqual(wanted.map((file) => [file.name, file.parts.join('')]))
})

test.skipIf(!existsSync(UNZIP))(
  'Info-ZIP finds no fault in an archive, and does in one with a changed byte (B6)',
  async () => {
    await fc.assert(
      fc.asyncProperty(files, async (drawn) => {
        const wanted = [...drawn, { name: 'always.csv', parts: ['number,total\r\n'] }]
        expect(testByUnzip(await pack(wanted))).toContain('No errors detected')
      }),
      { numRuns: 15 },
    )
    const archive = await pack([{ name: 'a.csv', parts: ['number,total\r\n'.repeat(100)] }])
    archive.writeUInt8(archive.readUInt8(40) ^ 0xff, 40)
    expect(() => testByUnzip(archive)).toThrow('Command failed')
  },
)
