import { sentFile } from '#platform/http/file-body.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'

/** Whoever takes files of payouts: an owner the own partner's, the provider all. */
export type FileMandate = Mandate<'platform' | 'program'>

const PART_BYTES = 256 * 1024

function ownsFiles(mandate: Mandate): mandate is FileMandate {
  return mandate.kind === 'platform' || mandate.kind === 'program'
}

/** How a small file is answered. */
export interface SmallFile {
  readonly name: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly sha256?: Buffer
  /** The bytes from a place on, read anew under the access of the moment: as many as named, or all that follow. */
  readonly read: (mandate: FileMandate, fromByte: number, count: number) => Promise<Buffer>
}

/** Answers with a file; every part of it is read under a decision of its own. */
export function answerFile(file: SmallFile) {
  return sentFile(
    {
      sizeBytes: file.sizeBytes,
      async read(current, fromByte) {
        if (!ownsFiles(current)) throw new ProblemError(404, 'NOT_FOUND', 'There is no such file.')
        const bytes = await file.read(current, fromByte, PART_BYTES)
        return bytes.subarray(0, PART_BYTES)
      },
    },
    {
      'Content-Type': file.mediaType,
      'Content-Disposition': `attachment; filename="${file.name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
      'X-Content-Type-Options': 'nosniff',
      ...(file.sha256 && { 'Repr-Digest': `sha-256=:${file.sha256.toString('base64')}:` }),
    },
  )
}
