/** One field that the server refused, addressed by JSON pointer (RFC 6901). */
export type FieldProblem = { pointer: string; code: string; detail: string }

/** What a problem document carries, in this client's spelling. */
export type ProblemContent = {
  status: number
  code: string
  /** The coarser code that several codes share, for programs that know no finer ones. */
  codeFamily: string | null
  /** The address of the page that explains the code, as the server wrote it. */
  type: string | null
  title: string
  detail: string
  requestId: string | null
  explainId: string | null
  nextStep: string | null
  errors: FieldProblem[]
  /** What the code stands on, such as the new `total` of ORDER_PRICE_CHANGED or the `access_request` to send; each code has its own. */
  details: Record<string, unknown> | null
  /** When the server answered. */
  timestamp: string | null
  retryAfterSeconds: number | null
}

/** A refusal or failure answered by the server as a problem document (RFC 9457), or the lack of any answer. */
export class LiaisonProblem extends Error {
  readonly content: ProblemContent

  constructor(content: ProblemContent, options?: { cause?: unknown }) {
    super(`${content.code}: ${content.detail}`, options)
    this.name = 'LiaisonProblem'
    this.content = content
  }

  get status(): number {
    return this.content.status
  }

  get code(): string {
    return this.content.code
  }
}

/**
 * Raised when an answer names another tenant than the one that was asked for.
 * Nothing of such an answer may be shown: it could belong to somebody else. Source: B4, U4.
 */
export class TenantEchoMismatch extends Error {
  readonly expected: string | null
  readonly received: string | null

  constructor(expected: string | null, received: string | null) {
    super(`Asked for ${expected ?? 'no tenant'}, answered for ${received ?? 'no tenant'}.`)
    this.name = 'TenantEchoMismatch'
    this.expected = expected
    this.received = received
  }
}

function textOf(source: object, key: string): string | null {
  const value: unknown = Reflect.get(source, key)
  return typeof value === 'string' && value !== '' ? value : null
}

function toFieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return []
    const pointer = textOf(entry, 'pointer') ?? ''
    return [{ pointer, code: textOf(entry, 'code') ?? '', detail: textOf(entry, 'detail') ?? '' }]
  })
}

function toDetails(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

function toNextStep(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? textOf(value, 'text') : null
}

function toRetryAfter(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : null
}

/**
 * Reads a failed answer. Anything that is not a problem document becomes one with the code `HTTP_<status>`,
 * so that callers have one shape to handle.
 */
export async function parseProblem(response: Response): Promise<LiaisonProblem> {
  const body: unknown = await response.json().catch(() => null)
  const source = typeof body === 'object' && body !== null ? body : {}
  return new LiaisonProblem({
    status: response.status,
    code: textOf(source, 'code') ?? `HTTP_${String(response.status)}`,
    codeFamily: textOf(source, 'code_family'),
    type: textOf(source, 'type'),
    title: textOf(source, 'title') ?? '',
    detail: textOf(source, 'detail') ?? '',
    requestId: textOf(source, 'request_id') ?? response.headers.get('x-request-id'),
    explainId: textOf(source, 'explain_id'),
    nextStep: toNextStep(Reflect.get(source, 'next_step')),
    errors: toFieldProblems(Reflect.get(source, 'errors')),
    details: toDetails(Reflect.get(source, 'details')),
    timestamp: textOf(source, 'timestamp'),
    retryAfterSeconds: toRetryAfter(response.headers.get('retry-after')),
  })
}

const SAYS_NOTHING = {
  codeFamily: null,
  type: null,
  title: '',
  detail: '',
  requestId: null,
  explainId: null,
  nextStep: null,
  details: null,
  timestamp: null,
  retryAfterSeconds: null,
} as const

/** The problem of a successful answer that is no JSON, such as a file, where nobody asked for its text or bytes. */
export function toUnread(response: Response, contentType: string): LiaisonProblem {
  return new LiaisonProblem({
    ...SAYS_NOTHING,
    status: response.status,
    code: 'ANSWER_NOT_JSON',
    detail: `The answer is ${contentType}: call with parseAs 'text', 'blob', 'arrayBuffer' or 'stream'.`,
    requestId: response.headers.get('x-request-id'),
    errors: [],
  })
}

/** The problem that stands for "no answer came": the network failed or the server is away. */
export function toUnreachable(cause: unknown): LiaisonProblem {
  return new LiaisonProblem({ ...SAYS_NOTHING, status: 0, code: 'UNREACHABLE', errors: [] }, { cause })
}
