import { expect, test } from 'vitest'
import { makePng } from '#testing/images.ts'
import { readImage } from './image.ts'

/** The start of a JPEG file: a segment to be passed over, then the frame with the size (ITU-T T.81, annex B). */
function makeJpeg(width: number, height: number, frame = 0xc2): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt16BE(height, 0)
  size.writeUInt16BE(width, 2)
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x06, 1, 2, 3, 4, 0xff, frame, 0x00, 0x11, 8]),
    size,
    Buffer.alloc(12),
  ])
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
  ['image/webp', makeWebp('VP8 ', 70, 64)],
  ['image/webp', makeWebp('VP8L', 70, 64)],
  ['image/webp', makeWebp('VP8X', 70, 64)],
] as const)('an image says by its own bytes what it is and how large (%s)', (mediaType, bytes) => {
  expect(readImage(bytes)).toEqual({ mediaType, width: 70, height: 64 })
})

test.each([
  ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>')],
  ['nothing', Buffer.alloc(0)],
  ['a PNG that ends in its head', makePng(64, 64).subarray(0, 20)],
  ['a JPEG without a frame', makeJpeg(64, 64, 0xc4)],
  ['another RIFF file', Buffer.concat([Buffer.from('RIFF0000WAVEfmt '), Buffer.alloc(40)])],
  ['one pixel too many', makePng(1025, 64)],
  ['too few pixels', makePng(64, 15)],
  ['too many bytes', Buffer.concat([makePng(64, 64), Buffer.alloc(65_536)])],
])('everything else is no image: %s', (_, bytes) => {
  expect(readImage(bytes)).toBeNull()
})
