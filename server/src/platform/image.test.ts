import { expect, test } from 'vitest'
import { makePng } from '#testing/images.ts'
import { readImage } from './image.ts'

const START = Buffer.from([0xff, 0xd8])
/** A segment to be passed over. */
const OTHER = Buffer.from([0xff, 0xe0, 0x00, 0x06, 1, 2, 3, 4])
const SCAN = Buffer.from([0xff, 0xda, 0x00, 0x04, 0, 0, 1, 2, 3])

function frameOf(width: number, height: number, marker = 0xc2): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt16BE(height, 0)
  size.writeUInt16BE(width, 2)
  return Buffer.concat([Buffer.from([0xff, marker, 0x00, 0x11, 8]), size, Buffer.alloc(10)])
}

/** The start of a JPEG file: a segment, the frame with the size, and a scan (ITU-T T.81, annex B). */
const makeJpeg = (width: number, height: number, frame = 0xc2): Buffer =>
  Buffer.concat([START, OTHER, frameOf(width, height, frame), SCAN])

/** The same with something before the frame. */
const jpegWith = (...bytes: number[]): Buffer =>
  Buffer.concat([START, Buffer.from(bytes), frameOf(64, 64), SCAN])

/** A PNG with a chunk that says that it moves, before its pixels or after. */
function makeMovingPng(where: 'before' | 'after'): Buffer {
  const still = makePng(64, 64)
  const chunk = Buffer.from([0, 0, 0, 8, ...Buffer.from('acTL'), 0, 0, 0, 2, 0, 0, 0, 0, 1, 2, 3, 4])
  const place = where === 'before' ? 33 : still.length - 12
  return Buffer.concat([still.subarray(0, place), chunk, still.subarray(place)])
}

function makeMovingWebp(): Buffer {
  const bytes = makeWebp('VP8X', 64, 64)
  bytes[20] = 0x12
  return bytes
}

/** The start of a WebP file in one of its three forms (RFC 9649). */
function makeWebp(form: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  const bytes = Buffer.alloc(40)
  bytes.write('RIFF', 0, 'latin1')
  bytes.write(`WEBP${form}`, 8, 'latin1')
  if (form === 'VP8 ') {
    bytes.writeUInt16LE(width, 26)
    bytes.writeUInt16LE(height, 28)
  } else if (form === 'VP8L') {
    bytes[20] = 0x2f
    bytes.writeUInt32LE((width - 1) | ((height - 1) << 14), 21)
  } else {
    bytes.writeUIntLE(width - 1, 24, 3)
    bytes.writeUIntLE(height - 1, 27, 3)
  }
  return bytes
}

test.each([
  ['image/png', makePng(70, 64)],
  ['image/jpeg', makeJpeg(70, 64)],
  ['image/jpeg', Buffer.concat([START, Buffer.alloc(3, 0xff), OTHER, frameOf(70, 64, 0xc0), SCAN])],
  ['image/webp', makeWebp('VP8 ', 70, 64)],
  ['image/webp', makeWebp('VP8L', 70, 64)],
  ['image/webp', makeWebp('VP8X', 70, 64)],
] as const)('an image says by its own bytes what it is and how large (%s)', (mediaType, bytes) => {
  expect(readImage(bytes)).toEqual({ mediaType, width: 70, height: 64 })
})

test('what follows the pixels of a PNG says nothing of them', () => {
  expect(readImage(makeMovingPng('after'))).not.toBeNull()
})

test.each([
  ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>')],
  ['nothing', Buffer.alloc(0)],
  ['a PNG that ends in its head', makePng(64, 64).subarray(0, 20)],
  ['a PNG without pixels', makePng(64, 64).subarray(0, 33)],
  ['a PNG that moves', makeMovingPng('before')],
  ['a JPEG without a frame', makeJpeg(64, 64, 0xc4)],
  ['a JPEG without a scan', makeJpeg(64, 64).subarray(0, 29)],
  ['a JPEG with two frames', Buffer.concat([START, frameOf(64, 64), frameOf(1, 1), SCAN])],
  ['a JPEG with a frame that is too short', jpegWith(0xff, 0xc0, 0x00, 0x04, 8, 0)],
  ['a JPEG with a marker that begins no segment', jpegWith(0xff, 0x01, 0x00, 0x04, 0, 0)],
  ['a JPEG with a restart before its frame', jpegWith(0xff, 0xd0, 0x00, 0x04, 0, 0)],
  ['a JPEG that begins twice', jpegWith(0xff, 0xd8, 0x00, 0x04, 0, 0)],
  ['a JPEG that ends before its frame', jpegWith(0xff, 0xd9, 0x00, 0x04, 0, 0)],
  ['a JPEG with a segment that ends nowhere', jpegWith(0xff, 0xe0, 0xff, 0xff)],
  ['a WebP that moves', makeMovingWebp()],
  ['another RIFF file', Buffer.concat([Buffer.from('RIFF0000WAVEfmt '), Buffer.alloc(40)])],
  ['one pixel too many', makePng(1025, 64)],
  ['too few pixels', makePng(64, 15)],
  ['too many bytes', Buffer.concat([makePng(64, 64), Buffer.alloc(65_536)])],
])('everything else is no image: %s', (_, bytes) => {
  expect(readImage(bytes)).toBeNull()
})
