import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBodyText } from '#platform/http/json-body.ts'
import { ProblemError, toProblemBody } from '#platform/problem.ts'
import { readTrace } from '#platform/request-trace.ts'
import { COUNTING, recordDenial, toDenial } from './authorize.ts'
import type { DecisionParts } from './authorize.ts'
import { authenticatePep, evaluate } from './authzen-evaluate.ts'
import type { AuthzenDecision, Enforcement } from './authzen-evaluate.ts'
import { Evaluation, Evaluations, parseQuestion } from './authzen-schema.ts'
import { searchActions, searchResources, searchSubjects } from './authzen-search.ts'

type Answer = (enforcement: Enforcement, body: unknown) => Promise<object>

async function answerOne(enforcement: Enforcement, body: unknown): Promise<object> {
  await authenticatePep(enforcement)
  return evaluate(enforcement, parseQuestion(Evaluation, body))
}

/** A question that is not whole after the defaults are filled in is denied by itself; the others are answered (section 7.2.1). */
function incomplete(): AuthzenDecision {
  return {
    decision: false,
    context: { error: { status: 400, message: 'subject, action and resource are needed' } },
  }
}

async function answerMany(enforcement: Enforcement, body: unknown): Promise<object> {
  await authenticatePep(enforcement)
  const { evaluations = [], options, ...shared } = parseQuestion(Evaluations, body)
  if (evaluations.length === 0) return evaluate(enforcement, parseQuestion(Evaluation, shared))
  const semantic = options?.evaluations_semantic ?? 'execute_all'
  const answers: AuthzenDecision[] = []
  for (const evaluation of evaluations) {
    const question = Evaluation.safeParse({ ...shared, ...evaluation })
    const answer = question.success ? await evaluate(enforcement, question.data) : incomplete()
    answers.push(answer)
    if (semantic === 'deny_on_first_deny' && !answer.decision) break
    if (semantic === 'permit_on_first_permit' && answer.decision) break
  }
  return { evaluations: answers }
}

const ENDPOINTS: Readonly<Record<string, Answer>> = {
  '/access/v1/evaluation': answerOne,
  '/access/v1/evaluations': answerMany,
  '/access/v1/search/subject': searchSubjects,
  '/access/v1/search/resource': searchResources,
  '/access/v1/search/action': searchActions,
}

/** The metadata of the decision point (Authorization API 1.0 section 9). */
function metadata(origin: string): Record<string, unknown> {
  return {
    policy_decision_point: origin,
    access_evaluation_endpoint: `${origin}/access/v1/evaluation`,
    access_evaluations_endpoint: `${origin}/access/v1/evaluations`,
    search_subject_endpoint: `${origin}/access/v1/search/subject`,
    search_resource_endpoint: `${origin}/access/v1/search/resource`,
    search_action_endpoint: `${origin}/access/v1/search/action`,
  }
}

/** What the HTTP server itself could not read, such as a body that is too large. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500
}

async function sendFailure(parts: DecisionParts, reply: FastifyReply, error: unknown): Promise<FastifyReply> {
  const { engine } = parts
  const { request } = reply
  const now = engine.clock()
  const trace = readTrace(request, request.routeOptions.url ?? '', now)
  const denial = await recordDenial(
    engine,
    isUnreadable(error) ? refuseBody('The body cannot be read.', error) : toDenial(error),
    trace,
  )
  return reply
    .status(denial.status)
    .headers({ ...(denial.status === 503 && { 'Retry-After': '1' }), ...denial.extras.headers })
    .type('application/problem+json')
    .send(JSON.stringify(toProblemBody(denial, { id: request.id, now })))
}

function refuseBody(detail: string, cause?: unknown): ProblemError {
  return new ProblemError(400, 'MALFORMED_REQUEST', detail, { cause })
}

/** The caller's own id comes back as it was sent (section 10.1.3). */
function echoRequestId(request: FastifyRequest, reply: FastifyReply): void {
  const given = request.headers['x-request-id']
  if (typeof given === 'string' && /^[\x21-\x7e]{1,200}$/.test(given))
    void reply.header('X-Request-ID', given)
}

function acceptJsonOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, JSON.parse(readBodyText(body, request.headers['content-type'])))
    } catch (cause) {
      done(refuseBody(cause instanceof ProblemError ? cause.message : 'The body is not JSON.', cause))
    }
  })
  scope.addContentTypeParser('*', (_request, _payload, done) => {
    done(refuseBody('The body must be application/json.'))
  })
}

/** Mounts the decision point of the Authorization API 1.0 (AuthZEN): single, batch, search and discovery (A8). */
export function mountAuthzen(app: FastifyInstance, parts: DecisionParts): void {
  app.register((scope, _options, done) => {
    acceptJsonOnly(scope)
    scope.setErrorHandler((error, _request, reply) => sendFailure(parts, reply, error))
    scope.addHook('onSend', async (request, reply) => echoRequestId(request, reply))
    const access = { public: 'An enforcement point shows the credential of a gateway.' }
    for (const [url, answer] of Object.entries(ENDPOINTS))
      scope.post(url, { config: { access, counting: COUNTING, isBounded: true } }, (request) =>
        answer({ parts, request, verified: new Map() }, request.body),
      )
    scope.get(
      '/.well-known/authzen-configuration',
      { config: { access: { public: 'Metadata is public.' }, counting: 'fixed' } },
      () => metadata(parts.issuer()),
    )
    done()
  })
}
