import { crc32, deflateSync, inflateSync } from 'node:zlib'

/** A picture as its pixels: one number 0xRRGGBB for each, row by row. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly colours: Uint32Array
}

interface Counted {
  readonly colour: number
  readonly count: number
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const SHIFTS = [16, 8, 0] as const
const MOST_COLOURS = 256
const RGB = 2
const RGBA = 6
const INDEXED = 3

const channel = (colour: number, shift: number): number => (colour >> shift) & 0xff

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks = []
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

/** The predictor of the fifth filter of a PNG (section 9.4 of the specification). */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? above : corner
}

const PREDICTORS: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
]

function unfilter(data: Buffer, rowBytes: number, pixelBytes: number): Buffer {
  const height = data.length / (rowBytes + 1)
  const plain = Buffer.alloc(rowBytes * height)
  for (let y = 0; y < height; y++) {
    const predict = PREDICTORS[data.readUInt8(y * (rowBytes + 1))]
    if (!predict) throw new Error('The picture has a filter that PNG does not know.')
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x
      const left = x < pixelBytes ? 0 : plain.readUInt8(at - pixelBytes)
      const above = y === 0 ? 0 : plain.readUInt8(at - rowBytes)
      const corner = x < pixelBytes || y === 0 ? 0 : plain.readUInt8(at - rowBytes - pixelBytes)
      plain.writeUInt8((data.readUInt8(y * (rowBytes + 1) + 1 + x) + predict(left, above, corner)) & 0xff, at)
    }
  }
  return plain
}

/** Reads a PNG of eight bits a channel without interlacing, as browsers take them, or one that `writeIndexed` wrote. */
export function readPng(png: Buffer): Pixels {
  const chunks = chunksOf(png)
  const join = (type: string) => Buffer.concat(chunks.flatMap((one) => (one.type === type ? [one.data] : [])))
  const head = join('IHDR')
  const [width, height, kind] = [head.readUInt32BE(0), head.readUInt32BE(4), head.readUInt8(9)]
  const pixelBytes = kind === RGB ? 3 : kind === RGBA ? 4 : kind === INDEXED ? 1 : 0
  if (pixelBytes === 0 || head.readUInt8(8) !== 8 || head.readUInt8(12) !== 0)
    throw new Error('The picture is no PNG of eight bits a channel.')
  const plain = unfilter(inflateSync(join('IDAT')), width * pixelBytes, pixelBytes)
  const palette = join('PLTE')
  const colours = Uint32Array.from({ length: width * height }, (_, index) =>
    kind === INDEXED
      ? palette.readUIntBE(plain.readUInt8(index) * 3, 3)
      : plain.readUIntBE(index * pixelBytes, 3),
  )
  return { width, height, colours }
}

function widestOf(box: readonly Counted[]): { shift: number; spread: number } {
  const spreads = SHIFTS.map((shift) => {
    let [least, most] = [255, 0]
    for (const { colour } of box) {
      least = Math.min(least, channel(colour, shift))
      most = Math.max(most, channel(colour, shift))
    }
    return { shift, spread: most - least }
  })
  return spreads.reduce((widest, one) => (one.spread > widest.spread ? one : widest))
}

/** The colour that stands for a box: the commonest one, so that surfaces keep exactly theirs. */
const speakerOf = (box: readonly Counted[]): number =>
  box.reduce((best, one) => (one.count > best.count ? one : best)).colour

/** At most 256 colours for a picture: the box with the widest channel is halved until there are enough. */
function choosePalette(counts: ReadonlyMap<number, number>): Map<number, number> {
  const boxes: Counted[][] = [[...counts].map(([colour, count]) => ({ colour, count }))]
  while (boxes.length < MOST_COLOURS) {
    const widths = boxes.map((box) => widestOf(box))
    const at = widths.reduce(
      (best, one, index) => (one.spread > (widths[best]?.spread ?? 0) ? index : best),
      0,
    )
    const { shift, spread } = widths[at] ?? { shift: 0, spread: 0 }
    if (spread === 0) break
    const values = (boxes[at] ?? []).map(({ colour }) => channel(colour, shift))
    const middle = (Math.min(...values) + Math.max(...values)) / 2
    const [low, high]: [Counted[], Counted[]] = [[], []]
    for (const one of boxes[at] ?? []) (channel(one.colour, shift) <= middle ? low : high).push(one)
    boxes.splice(at, 1, low, high)
  }
  return new Map(boxes.flatMap((box) => box.map(({ colour }) => [colour, speakerOf(box)] as const)))
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Writes a PNG with at most 256 colours; transparency is dropped. */
export function writeIndexed({ width, height, colours }: Pixels): Buffer {
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const speaker = choosePalette(counts)
  const places = new Map([...new Set(speaker.values())].map((colour, place) => [colour, place]))
  const palette = Buffer.alloc(places.size * 3)
  for (const [colour, place] of places) palette.writeUIntBE(colour, place * 3, 3)
  const rows = Buffer.alloc((width + 1) * height)
  for (const [index, colour] of colours.entries()) {
    const at = index + Math.floor(index / width) + 1
    rows.writeUInt8(places.get(speaker.get(colour) ?? colour) ?? 0, at)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.writeUInt8(8, 8)
  head.writeUInt8(INDEXED, 9)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
