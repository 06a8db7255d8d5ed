import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../problem.ts'

/** The one form that takes a file. Nothing of the file is kept: its fingerprint stands for it in the input. */
export const FILE_CHECK_PATH = '/verify/files'

const END = '\r\n\r\n'
/** The form has one file. Whoever sends many parts is read no further: anybody may send this form. */
const MOST_PARTS = 10

/** The bytes of a file in one part of a form; empty for a part that is none. Looks at nothing outside the part. */
function fileIn(part: Buffer): Buffer {
  const headEnd = part.indexOf(END)
  const isFile = headEnd >= 0 && /;\s*filename=/i.test(part.toString('latin1', 0, headEnd))
  return isFile ? part.subarray(headEnd + END.length) : Buffer.alloc(0)
}

/** The SHA-256 of the first file of a form (RFC 7578) in hexadecimal; undefined when there is none. */
function digestUpload(body: Buffer, contentType: string): string | undefined {
  const boundary = /;\s*boundary="?([^";,\s]{1,70})"?/i.exec(contentType)?.[1]
  if (boundary === undefined) return undefined
  const mark = Buffer.from(`--${boundary}`)
  const end = Buffer.from(`\r\n--${boundary}`)
  let at = body.indexOf(mark)
  for (let count = 0; at >= 0 && count < MOST_PARTS; count += 1) {
    const start = at + mark.length + 2
    const next = body.indexOf(end, start)
    if (next < 0) return undefined
    const bytes = fileIn(body.subarray(start, next))
    if (bytes.length > 0) return createHash('sha256').update(bytes).digest('hex')
    at = next + 2
  }
  return undefined
}

/** Lets the one form take a file; every other route refuses such a body as before. */
export function takeFiles(app: FastifyInstance): void {
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.url !== FILE_CHECK_PATH || !Buffer.isBuffer(body)) {
      done(new ProblemError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send JSON.'))
      return
    }
    const digest = digestUpload(body, request.headers['content-type'] ?? '')
    done(null, digest === undefined ? {} : { file_sha256: digest })
  })
}
