/** What an image says of itself in its first bytes. */
export interface ImageFacts {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp'
  readonly width: number
  readonly height: number
}

/** The largest logo, in bytes and in pixels on a side, and the smallest side. */
const IMAGE_BYTES = 65_536
const LARGEST_SIDE = 1024
const SMALLEST_SIDE = 16

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Whether the pixels begin after the head without a word of moving pictures (acTL stands before them, PNG third edition 11.3.5). */
function isStillPng(bytes: Buffer): boolean {
  let place = 8
  while (place + 8 <= bytes.length) {
    const name = bytes.toString('latin1', place + 4, place + 8)
    if (name === 'IDAT' || name === 'acTL') return name === 'IDAT'
    place += bytes.readUInt32BE(place) + 12
  }
  return false
}

function readPng(bytes: Buffer): ImageFacts | null {
  const isPng =
    bytes.length >= 33 && bytes.subarray(0, 8).equals(PNG) && bytes.toString('latin1', 12, 16) === 'IHDR'
  return isPng && isStillPng(bytes)
    ? { mediaType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : null
}

// Start-of-frame markers of JPEG (ITU-T T.81, table B.1); C4, C8 and CC are other segments.
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const SCAN = 0xda

/** Markers that begin no segment, since no length follows them: none of them stands before a scan, except the first of the file. */
const isAlone = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9)

interface Segment {
  readonly marker: number
  /** Where its length stands. */
  readonly place: number
  readonly end: number
}

/** The segment at a place, after any fill bytes; null where none is that ends within the file. */
function segmentAt(bytes: Buffer, start: number): Segment | null {
  if (bytes[start] !== 0xff) return null
  let place = start
  while (bytes[place] === 0xff) place += 1
  const marker = bytes[place]
  if (marker === undefined || isAlone(marker) || place + 3 > bytes.length) return null
  const length = bytes.readUInt16BE(place + 1)
  const end = place + 1 + length
  return length < 2 || end > bytes.length ? null : { marker, place: place + 1, end }
}

/** A frame alone, and then a scan: with a second frame, one reader would see this image and another one that. */
function readJpeg(bytes: Buffer): ImageFacts | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null
  let frame: Segment | null = null
  let segment = segmentAt(bytes, 2)
  while (segment && segment.marker !== SCAN) {
    if (isFrame(segment.marker)) {
      if (frame || segment.end - segment.place < 8) return null
      frame = segment
    }
    segment = segmentAt(bytes, segment.end)
  }
  return segment && frame
    ? {
        mediaType: 'image/jpeg',
        width: bytes.readUInt16BE(frame.place + 5),
        height: bytes.readUInt16BE(frame.place + 3),
      }
    : null
}

function readWebp(bytes: Buffer): ImageFacts | null {
  if (
    bytes.length < 30 ||
    bytes.toString('latin1', 0, 4) !== 'RIFF' ||
    bytes.toString('latin1', 8, 12) !== 'WEBP'
  )
    return null
  const size = (width: number, height: number): ImageFacts => ({ mediaType: 'image/webp', width, height })
  const form = bytes.toString('latin1', 12, 16)
  // The second bit of an extended file says that it moves (RFC 9649 section 2.7.1).
  if (form === 'VP8X' && (bytes.readUInt8(20) & 0x02) !== 0) return null
  if (form === 'VP8X') return size(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1)
  if (form === 'VP8 ') return size(bytes.readUInt16LE(26) % 0x4000, bytes.readUInt16LE(28) % 0x4000)
  if (form !== 'VP8L' || bytes[20] !== 0x2f) return null
  const packed = bytes.readUInt32LE(21)
  return size((packed % 0x4000) + 1, (Math.floor(packed / 0x4000) % 0x4000) + 1)
}

const fits = (side: number): boolean => side >= SMALLEST_SIDE && side <= LARGEST_SIDE

/** What the bytes of a logo are, by their content and never by a name; null for everything that is not taken, which all that moves is. */
export function readImage(bytes: Buffer): ImageFacts | null {
  if (bytes.length > IMAGE_BYTES) return null
  const facts = readPng(bytes) ?? readJpeg(bytes) ?? readWebp(bytes)
  return facts && fits(facts.width) && fits(facts.height) ? facts : null
}
