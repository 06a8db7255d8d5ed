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

function readPng(bytes: Buffer): ImageFacts | null {
  const isPng =
    bytes.length >= 33 && bytes.subarray(0, 8).equals(PNG) && bytes.toString('latin1', 12, 16) === 'IHDR'
  return isPng
    ? { mediaType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : null
}

// Start-of-frame markers of JPEG (ITU-T T.81, table B.1); C4, C8 and CC are other segments.
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

function readJpeg(bytes: Buffer): ImageFacts | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null
  let place = 2
  while (place + 9 <= bytes.length && bytes[place] === 0xff) {
    if (isFrame(bytes.readUInt8(place + 1)))
      return {
        mediaType: 'image/jpeg',
        width: bytes.readUInt16BE(place + 7),
        height: bytes.readUInt16BE(place + 5),
      }
    const length = bytes.readUInt16BE(place + 2)
    if (length < 2) return null
    place += 2 + length
  }
  return null
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
  if (form === 'VP8X') return size(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1)
  if (form === 'VP8 ') return size(bytes.readUInt16LE(26) % 0x4000, bytes.readUInt16LE(28) % 0x4000)
  if (form !== 'VP8L' || bytes[20] !== 0x2f) return null
  const packed = bytes.readUInt32LE(21)
  return size((packed % 0x4000) + 1, (Math.floor(packed / 0x4000) % 0x4000) + 1)
}

const fits = (side: number): boolean => side >= SMALLEST_SIDE && side <= LARGEST_SIDE

/** What the bytes of a logo are, by their content and never by a name; null for everything that is not taken. */
export function readImage(bytes: Buffer): ImageFacts | null {
  if (bytes.length > IMAGE_BYTES) return null
  const facts = readPng(bytes) ?? readJpeg(bytes) ?? readWebp(bytes)
  return facts && fits(facts.width) && fits(facts.height) ? facts : null
}
