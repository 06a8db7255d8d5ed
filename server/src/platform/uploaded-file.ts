import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from './problem.ts'

/** The one form that takes a file. Nothing of the file is kept: its fingerprint stands for it in the input. */
export const FILE_CHECK_PATH = '/verify/files'

const END = '\r\n\r\n'

/** The SHA-256 of the first file of a form (RFC 7578) in hexadecimal; undefined when there is none. */
function digestUpload(body: Buffer, contentType: string): string | undefined {
  const boundary = /;\s*boundary="?([^";,\s]{1,70})"?/i.exec(contentType)?.[1]
  if (boundary === undefined) return undefined
  const mark = Buffer.from(`--${boundary}`)
  for (let at = body.indexOf(mark); at >= 0;) {
    const start = at + mark.length + 2
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), start)
    if (next < 0) return undefined
    const headEnd = body.indexOf(END, start)
    const head = headEnd < 0 || headEnd > next ? '' : body.subarray(start, headEnd).toString('latin1')
    const bytes = body.subarray(headEnd + END.length, next)
    if (/;\s*filename=/i.test(head) && bytes.length > 0)
      return createHash('sha256').update(bytes).digest('hex')
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
