import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

// DejaVu Sans Condensed: narrow enough to stand where Helvetica stands. Bitstream Vera licence.
const FILES = {
  plain: () => require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf'),
  bold: () => require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf'),
} as const

export type Weight = keyof typeof FILES

/** Under which name each weight is registered with a document. */
const WIDE_FONTS = { plain: 'Wide', bold: 'Wide-Bold' } as const

const read = new Map<Weight, Buffer>()

/** The file of the font that has the letters beyond WinAnsi; read when a document first needs one. */
function readWideFont(weight: Weight): Buffer {
  const known = read.get(weight)
  if (known !== undefined) return known
  const bytes = readFileSync(FILES[weight]())
  read.set(weight, bytes)
  return bytes
}

const TABLE_RECORDS = 12
const RECORD_BYTES = 16
const UNICODE_FULL = 10
const GROUPS = 12

function findTable(font: Buffer, name: string): number {
  for (let index = 0; index < font.readUInt16BE(4); index += 1) {
    const at = TABLE_RECORDS + index * RECORD_BYTES
    if (font.toString('latin1', at, at + 4) === name) return font.readUInt32BE(at + 8)
  }
  throw new Error(`The font has no table ${name}.`)
}

/** Where the map of all code points begins: encoding 10 of platform 3, as groups (OpenType, cmap format 12). */
function findGroups(font: Buffer): number {
  const cmap = findTable(font, 'cmap')
  for (let index = 0; index < font.readUInt16BE(cmap + 2); index += 1) {
    const at = cmap + 4 + index * 8
    const [platform, encoding] = [font.readUInt16BE(at), font.readUInt16BE(at + 2)]
    const table = cmap + font.readUInt32BE(at + 4)
    if (platform === 3 && encoding === UNICODE_FULL && font.readUInt16BE(table) === GROUPS) return table
  }
  throw new Error('The font does not map all of Unicode.')
}

function readCodePoints(font: Buffer): Set<number> {
  const table = findGroups(font)
  const points = new Set<number>()
  for (let index = 0; index < font.readUInt32BE(table + 12); index += 1) {
    const at = table + 16 + index * 12
    for (let point = font.readUInt32BE(at); point <= font.readUInt32BE(at + 4); point += 1) points.add(point)
  }
  return points
}

let coverage: ReadonlySet<number> | undefined

/** The code points that both weights have. */
function coveredPoints(): ReadonlySet<number> {
  if (coverage !== undefined) return coverage
  const bold = readCodePoints(readWideFont('bold'))
  coverage = new Set([...readCodePoints(readWideFont('plain'))].filter((point) => bold.has(point)))
  return coverage
}

// Scripts that are set letter after letter from the left. Others need an order or joints that no table cell is set with.
const SET_SIMPLY =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Common}\p{Script=Inherited}]$/u

/** Whether a letter can be shown in both weights, as it is written. */
export function isCovered(letter: string): boolean {
  if (!SET_SIMPLY.test(letter)) return false
  return coveredPoints().has(letter.codePointAt(0) ?? 0)
}

/** What a document needs to take a further font. */
interface FontTaker {
  registerFont(name: string, source: Buffer): unknown
}

const taken = new WeakMap<FontTaker, Set<Weight>>()

/** Makes a weight known to a document, once; of the file only the letters that are used come into it. Returns its name. */
export function takeWideFont(document: FontTaker, weight: Weight): string {
  const weights = taken.get(document) ?? new Set<Weight>()
  taken.set(document, weights)
  if (!weights.has(weight)) document.registerFont(WIDE_FONTS[weight], readWideFont(weight))
  weights.add(weight)
  return WIDE_FONTS[weight]
}
