import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { open } from '#platform/execution/execute.ts'
import type { Answer, Call, Engine } from '#platform/execution/execute.ts'
import { endMandate } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { Sent } from '../route.ts'

/** A file that is too large for memory. */
export interface FileSource {
  readonly sizeBytes: number
  /** The next bytes from a place in the file; decides anew whether they may still leave. Empty behind the end. */
  readonly read: (mandate: Mandate, fromByte: number) => Promise<Buffer>
}

/** What stands for the bytes until they are sent. */
class FileBody {
  readonly source: FileSource

  constructor(source: FileSource) {
    this.source = source
  }
}

/**
 * Answers with a file. Every part is read under a decision of its own, so a download ends with the access that it stands on;
 * the reader then sees fewer bytes than were announced. Source: B11.
 */
export function sentFile(source: FileSource, headers: Readonly<Record<string, string>>): Sent<string> {
  // What a route declares as binary text is never serialised; the connection gets the bytes themselves.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new Sent(new FileBody(source) as unknown as string, {
    ...headers,
    'Content-Length': String(source.sizeBytes),
  })
}

const PART_BYTES = 256 * 1024

/** Answers with bytes that are there already, part by part. */
export function sentBytes(bytes: Buffer, headers: Readonly<Record<string, string>>): Sent<string> {
  const read: FileSource['read'] = (_mandate, fromByte) =>
    Promise.resolve(bytes.subarray(fromByte, fromByte + PART_BYTES))
  return sentFile({ sizeBytes: bytes.length, read }, headers)
}

/** Whether an answer is a file. */
export function isFile(answer: Answer): boolean {
  return answer.body instanceof FileBody
}

/** The request that asked for a file, and where it is answered. */
interface Asking {
  readonly engine: Engine
  readonly call: Call
  readonly reply: FastifyReply
}

async function readPart({ engine, call }: Asking, source: FileSource, fromByte: number): Promise<Buffer> {
  const { mandate, transaction } = await open(engine, call)
  try {
    return await source.read(mandate, fromByte)
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

async function* partsOf(asking: Asking, source: FileSource): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < source.sizeBytes;) {
    const part = await readPart(asking, source, sent)
    if (part.length === 0) throw new Error('The file ends before its announced size.')
    sent += part.length
    yield part
  }
}

/** Sends the file of an answer; no connection to the database is held while the reader takes its time. */
export function sendFile(asking: Asking, answer: Answer): FastifyReply {
  if (!(answer.body instanceof FileBody)) throw new Error('The answer is no file.')
  const { source } = answer.body
  return asking.reply
    .status(answer.status)
    .headers(answer.headers)
    .send(Readable.from(partsOf(asking, source), { objectMode: false }))
}
