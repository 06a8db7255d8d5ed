import { ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ProblemError, toProblemBody } from '../problem.ts'
import { makeRequestId } from '../request-trace.ts'

interface UnreadAnswers {
  /** The header fields of every answer. */
  readonly headersOf: (request: { readonly id: string }) => Readonly<Record<string, string>>
  readonly now: () => Date
  /** Told the status of every refusal, for the metrics. */
  readonly onUnread?: ((status: number) => void) | undefined
}

const NOT_HTTP = new ProblemError(400, 'MALFORMED_REQUEST', 'This cannot be read as an HTTP request.', {
  nextStep: 'Send a request of HTTP/1.1, as the libraries for it write it.',
})

/** What the parser says, as problems. Whatever it says besides is a request that cannot be read. */
const PROBLEMS: Readonly<Record<string, ProblemError>> = {
  HPE_HEADER_OVERFLOW: new ProblemError(
    431,
    'HEADERS_TOO_LARGE',
    'The address and the header fields are together larger than is read.',
  ),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new ProblemError(
    413,
    'PAYLOAD_TOO_LARGE',
    'The extensions of the chunks of the body are larger than is read.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new ProblemError(
    408,
    'REQUEST_TIMEOUT',
    'The request did not arrive whole within the time that there is for it.',
  ),
}

/** The answer that is next on a connection; Node keeps it there and looks at it in the same way. */
function findAnswerUnderWay(socket: Socket): ServerResponse | null {
  const answer: unknown = '_httpMessage' in socket ? socket._httpMessage : null
  return answer instanceof ServerResponse ? answer : null
}

/**
 * Whether an answer written now would be read as that of the request that is refused: not in the midst of another answer,
 * and not in place of the answer to a request that came whole, and so may have been carried out.
 */
function isTurnOfRefusal(socket: Socket): boolean {
  const underWay = findAnswerUnderWay(socket)
  return underWay === null || (!underWay.headersSent && !underWay.req.complete)
}

function messageOf(problem: ProblemError, { headersOf, now }: UnreadAnswers): string {
  const id = makeRequestId(undefined)
  const at = now()
  const body = JSON.stringify(toProblemBody(problem, { id, now: at }))
  const fields = {
    ...headersOf({ id }),
    Date: at.toUTCString(),
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n')
}

/**
 * Answers what Node gives up before there is a request, with a problem like every other answer, and closes the connection.
 * Nothing of what came is said again: it may be anything. Source: architecture.md section 8.
 */
export function makeUnreadHandler(answers: UnreadAnswers) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code !== 'ECONNRESET' && socket.writable && isTurnOfRefusal(socket)) {
      const problem = PROBLEMS[error.code ?? ''] ?? NOT_HTTP
      socket.write(messageOf(problem, answers))
      answers.onUnread?.(problem.status)
    }
    socket.destroy()
  }
}

/** Options of the server that leave to `requireReadableHead` what Node would refuse without a word. */
export const UNREAD_OPTIONS = { requireHostHeader: false } as const

/** Leads requests with an expectation that nobody here meets to `requireReadableHead`, too. */
export function takeExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

const CLOSE = { headers: { Connection: 'close' } }

/**
 * Refuses a head that says too little or too much. Throws MALFORMED_REQUEST for HTTP/1.1 without Host (RFC 9112 section 3.2),
 * EXPECTATION_FAILED for an expectation other than 100-continue (RFC 9110 section 10.1.1).
 */
export function requireReadableHead({ headers, raw }: FastifyRequest): void {
  if (raw.httpVersion !== '1.1') return
  if (headers.host === undefined)
    throw new ProblemError(400, 'MALFORMED_REQUEST', 'The request has no Host header.', {
      ...CLOSE,
      nextStep: 'Name the host in the header `Host`.',
    })
  if (headers.expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect))
    throw new ProblemError(417, 'EXPECTATION_FAILED', 'Only 100-continue can be expected.', CLOSE)
}
